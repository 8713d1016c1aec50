import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { architecture } from '../../../scripts/architecture.ts';

test('docs/architecture.svg is fresh', async () => {
  const written = await readFile(new URL('../../../docs/architecture.svg', import.meta.url), 'utf8');
  assert.equal(written, architecture(), 'run `npm run docs:architecture`');
});
