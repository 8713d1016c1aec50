import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ProblemInput, problemInputs } from '../../../controller/cli/problem-inputs.ts';
import { scratch } from '../../fixtures/scratch.ts';

const folder = scratch();

async function inputsOf(text: string): Promise<(readonly [line: number | null, json: unknown])[]> {
  const path = join(folder, 'problems.json');
  writeFileSync(path, text);
  const inputs: ProblemInput[] = [];
  for await (const input of problemInputs(path)) inputs.push(input);
  return inputs.map((input) => [input.line, 'json' in input ? input.json : 'wrong']);
}

test('every line is a value and keeps its number; blank lines are passed over', async () => {
  assert.deepEqual(await inputsOf('\n{"id":"a"}\r\n\n  \n{"id":"b"}'), [
    [2, { id: 'a' }],
    [5, { id: 'b' }],
  ]);
  assert.deepEqual(await inputsOf('1\nx\n2\n'), [
    [1, 1],
    [2, 'wrong'],
    [3, 2],
  ]);
});

test('a value over several lines that is cut short is one error with its place, not one for every line', async () => {
  const pretty = `\n${JSON.stringify({ id: 'p', nodes: [{ name: 'n' }] }, null, 1)}`;
  assert.deepEqual(await inputsOf(pretty), [[null, { id: 'p', nodes: [{ name: 'n' }] }]]);
  const cut = pretty.slice(0, -8).replace('{\n   "name": "n"\n', '\n{ "name": "n" }\n');
  assert.deepEqual(await inputsOf(cut), [[null, 'wrong']]);
  assert.deepEqual(await inputsOf('{"id":\n{"detector":null}\n'), [
    [1, 'wrong'],
    [2, { detector: null }],
  ]);
});

test('a line of many megabytes takes time in proportion', async () => {
  const long = { note: 'x'.repeat(30_000_000) };
  assert.deepEqual(await inputsOf(`${JSON.stringify(long)}\n7\n`), [
    [1, long],
    [2, 7],
  ]);
});
