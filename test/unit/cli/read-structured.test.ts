import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readJson, readYaml } from '../../../controller/cli/read-structured.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';

const folder = scratch();
const file = (content: string): string => {
  const path = join(folder, 'file.yaml');
  writeFileSync(path, content);
  return path;
};

test('documents without content around one are passed over', async () => {
  for (const text of ['a: 1\n', '---\na: 1\n---\n', '---\n---\na: 1\n', '{"a": 1}', '# x\n---\na: 1\n...\n'])
    assert.deepEqual(await readYaml(file(text)), { a: 1 }, text);
});

test('what is no single document is told with its file', async () => {
  const rows: readonly (readonly [string, string | RegExp])[] = [
    ['', 'there is nothing in it'],
    ['---\n', 'there is nothing in it'],
    ['a: 1\n---\nb: 2\n---\nc: 3\n', 'there are 3 documents'],
    ['a: 1\na: 2\n', /unique at line 2/],
    ['a: 1\n---\nb: [\n', /line 4/],
    ['&a [*a', 'file.yaml'],
    [`a: ${'x'.repeat(1_600_000)}`, 'larger than the 1.5 MiB'],
  ];
  for (const [text, part] of rows)
    await assert.rejects(readYaml(file(text)), failsWith('FF5002', 'file.yaml: ', part), text.slice(0, 30));
});

test('an unknown tag is no warning of the parser on stderr', async () => {
  const warned: unknown[] = [];
  process.on('warning', (warning) => warned.push(warning));
  assert.deepEqual(await readYaml(file('a: !odd 1\n')), { a: '1' });
  await new Promise(setImmediate);
  assert.deepEqual(warned, []);
});

test('JSON that is none is told with its file', async () => {
  assert.deepEqual(await readJson(file('\uFEFF{"a":1}')), { a: 1 });
  await assert.rejects(readJson(file(' \n')), failsWith('FF5002', 'file.yaml: there is nothing in it'));
  await assert.rejects(readJson(file('{"a":')), failsWith('FF5002', 'file.yaml: '));
});
