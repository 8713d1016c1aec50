import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { errorDocs } from '../../../scripts/error-docs.ts';
import { CODES } from '../../../worker/errors/codes.ts';

test('docs/errors.md is fresh', async () => {
  const written = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  assert.equal(written, errorDocs(), 'run `node scripts/write-error-docs.ts`');
});

test('docs/errors.md has every code once', () => {
  const rows = [...errorDocs().matchAll(/^\| `(FF\d{4})` \|/gm)].map(([, code]) => code);
  assert.deepEqual(rows, Object.keys(CODES).sort());
});
