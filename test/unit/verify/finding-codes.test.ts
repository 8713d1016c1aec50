import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { FINDINGS } from '../../../worker/conductor/verify/finding-codes.ts';

it('docs/verify.md has every finding, with its severity, meaning and what to do', () => {
  const docs = readFileSync(new URL('../../../docs/verify.md', import.meta.url), 'utf8');
  const documented = [...docs.matchAll(/^\| `([A-Z][A-Za-z]+)` \| (.*) \| (.*) \| (.*) \|$/gm)].map((row) =>
    row.slice(1),
  );
  const expected = Object.entries(FINDINGS).map(([code, { severity, meaning, todo }]) => [
    code,
    severity,
    meaning,
    todo,
  ]);
  assert.deepEqual(documented, expected);
});
