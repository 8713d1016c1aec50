import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { chartReadme } from '../../../scripts/chart-docs.ts';

const CHART = new URL('../../../charts/facefleet/', import.meta.url);
const MARKS = '<!-- values: begin -->\n<!-- values: end -->\n';

test("the table of values in the chart's README is fresh", async () => {
  const readme = await readFile(new URL('README.md', CHART), 'utf8');
  const values = await readFile(new URL('values.yaml', CHART), 'utf8');
  assert.equal(readme, chartReadme(readme, values), 'run `npm run docs:chart`');
});

test('a row per value, with the comment above it; what is described as a whole is one row', () => {
  const values = [
    '# -- Of the server.',
    'image:',
    '  # -- Name of it,',
    '  # in two lines.',
    '  name: a',
    '  # not for readers',
    '  tag: ""',
    '# -- What it may use.',
    'resources:',
    '  limits: { memory: 1Gi }',
  ].join('\n');
  assert.equal(
    chartReadme(`before\n${MARKS}after\n`, values),
    [
      'before',
      '<!-- values: begin -->',
      '| value | | default |',
      '|---|---|---|',
      '| `image` | Of the server. |  |',
      '| `image.name` | Name of it, in two lines. | `"a"` |',
      '| `image.tag` |  | `""` |',
      '| `resources` | What it may use. | `{"limits":{"memory":"1Gi"}}` |',
      '<!-- values: end -->',
      'after',
      '',
    ].join('\n'),
  );
});
