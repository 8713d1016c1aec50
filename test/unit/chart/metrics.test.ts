import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { metricSources } from '../../../scripts/metrics-docs.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}
interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

/** Labels by the names under which Prometheus has a metric. */
const SERIES = new Map<string, readonly string[]>();
/** Of what the monitors add. */
const ADDED = ['namespace', 'pod', 'extraction_name'];
for (const { labels, families } of metricSources())
  for (const { name, type, labels: own } of families) {
    const all = [...labels, ...own, ...ADDED];
    if (type !== 'histogram') SERIES.set(name, all);
    else {
      SERIES.set(`${name}_bucket`, [...all, 'le']);
      for (const end of ['_sum', '_count']) SERIES.set(name + end, all);
    }
  }

/** What is wrong with the metrics, the labels they are chosen by and the brackets of an expression. */
function faults(expression: string): string[] {
  const unknown = [...expression.matchAll(/\bfacefleet_\w+/g)].flatMap(([name]) =>
    SERIES.has(name) ? [] : [`there is no ${name}`],
  );
  const chosen = [...expression.matchAll(/\b(facefleet_\w+)\{([^}]*)\}/g)].flatMap(
    ([, name = '', inner = '']) =>
      [...inner.matchAll(/(\w+)(?:=|!=|=~|!~)"/g)].flatMap(([, label = '']) =>
        SERIES.get(name)?.includes(label) ? [] : [`${name} has no label ${label}`],
      ),
  );
  const depth = [...expression].reduce((sum, sign) => sum + Number(sign === '(') - Number(sign === ')'), 0);
  return [...unknown, ...chosen, ...(depth === 0 ? [] : ['brackets do not match'])];
}

async function chartFile(name: string): Promise<string> {
  return readFile(new URL(`../../../charts/facefleet/files/${name}`, import.meta.url), 'utf8');
}

test('alerts are made of metrics that there are', async () => {
  const { groups } = parse(await chartFile('alerts.yaml')) as Rules;
  const rules = groups.flatMap(({ rules }) => rules);
  for (const { alert, expr } of rules) {
    assert.match(expr, /facefleet_/, alert);
    assert.deepEqual(faults(expr), [], alert);
  }
  assert.deepEqual(
    rules.map(({ alert }) => alert),
    [
      'FacefleetControllerDown',
      'FacefleetNoLeader',
      'FacefleetReconcileErrors',
      'FacefleetCacheStale',
      'FacefleetBusDisconnected',
      'FacefleetNoProgress',
      'FacefleetManyFramesFailed',
    ],
  );
});

test('the dashboard shows metrics that there are, in panels that do not overlap', async () => {
  const { panels, templating } = JSON.parse(await chartFile('dashboard.json')) as Dashboard;
  const taken = new Map<string, string>();
  for (const { title, type, gridPos, targets = [] } of panels) {
    assert.equal(targets.length > 0, type !== 'row', title);
    for (const { expr } of targets) {
      assert.match(expr, /facefleet_/, title);
      assert.deepEqual(faults(expr), [], title);
    }
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.equal(taken.get(`${x} ${y}`), undefined, `${title} lies over another panel`);
        taken.set(`${x} ${y}`, title);
      }
  }
  for (const { query } of templating.list)
    assert.deepEqual(faults(typeof query === 'string' ? query : query.query), []);
});

test('an expression with a metric or a label that there is none of is found', () => {
  assert.deepEqual(faults('sum(rate(facefleet_stage_frames_total{outcom="failed"}[5m]))'), [
    'facefleet_stage_frames_total has no label outcom',
  ]);
  assert.deepEqual(faults('facefleet_stage_frame_seconds > 1'), [
    'there is no facefleet_stage_frame_seconds',
  ]);
  assert.deepEqual(faults('sum(facefleet_controller_leader'), ['brackets do not match']);
});
