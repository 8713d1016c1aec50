import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { PODS } from '../../../controller/k8s/kube-resource.ts';
import { controllerMetrics } from '../../../controller/telemetry/controller-metrics.ts';

const PREFIX = 'facefleet_controller_';

it('docs/controller.md names every metric, and no others', async () => {
  const docs = await readFile(new URL('../../../docs/controller.md', import.meta.url), 'utf8');
  const table = docs.slice(docs.indexOf('## Metrics'));
  const rows = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell]) => [
    ...cell!.matchAll(/`(\w+)`/g),
  ]);
  const metrics = await controllerMetrics().registry.getMetricsAsJSON();
  const own = metrics
    .filter(({ name }) => name.startsWith(PREFIX))
    .map(({ name }) => name.slice(PREFIX.length));
  assert.deepEqual(rows.map(([, name]) => name).sort(), own.sort());
});

it('what happens is counted, and what is there is read when it is asked for', async () => {
  const metrics = controllerMetrics();
  let phases = new Map([['Running', 2]]);
  metrics.watch({
    extractions: () => phases,
    caches: () => [{ resource: 'pods', objects: 7, upToDate: false }],
    queue: () => ({ waiting: 3, delayed: 4, working: 5 }),
    conductors: () => 1,
    busConnected: () => true,
    leads: () => true,
  });
  metrics.onCall({ call: { verb: 'create', resource: PODS, namespace: 'a' }, code: 201, seconds: 0.02 });
  metrics.onCall({
    call: { verb: 'update', resource: PODS, namespace: 'a', name: 'b', subresource: 'status' },
    code: 409,
    seconds: 0.02,
  });
  metrics.onRelist('pods', 'stalled');
  metrics.onResult('ok', 0.2);
  metrics.onAction({ do: 'addFinalizer' });
  metrics.onRound(1);
  const text = await metrics.registry.metrics();
  for (const line of [
    'api_calls_total{verb="create",resource="pods",code="201"} 1',
    'api_calls_total{verb="update",resource="pods/status",code="409"} 1',
    'relists_total{resource="pods",reason="stalled"} 1',
    'reconcile_seconds_count{result="ok"} 1',
    'actions_total{action="addFinalizer"} 1',
    'planning_seconds_count 1',
    'extractions{phase="Running"} 2',
    'cached_objects{resource="pods"} 7',
    'cache_up_to_date{resource="pods"} 0',
    'queue_delayed 4',
    'leader 1',
  ])
    assert.ok(text.includes(`${PREFIX}${line}\n`), line);
  phases = new Map([['Succeeded', 2]]);
  assert.doesNotMatch(await metrics.registry.metrics(), /phase="Running"/);
});
