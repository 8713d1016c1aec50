import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { COMMANDS } from '../../../controller/cli/main.ts';
import { cliDocs } from '../../../scripts/cli-docs.ts';

test('docs/reference/cli.md is fresh, and has every command', async () => {
  const written = await readFile(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8');
  assert.equal(written, await cliDocs(), 'run `npm run docs:cli`');
  for (const name of Object.keys(COMMANDS)) assert.ok(written.includes(`\n### facefleet ${name}\n`), name);
});
