import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { metricsDocs } from '../../../scripts/metrics-docs.ts';

test('docs/reference/metrics.md is fresh', async () => {
  const written = await readFile(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8');
  assert.equal(written, metricsDocs(), 'run `npm run docs:metrics`');
});
