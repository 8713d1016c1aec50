import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { failedWord, leaveWord, leavingWord } from '../../../controller/cli/leave-word.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';

const folder = scratch();
const file = join(folder, 'termination-log');
const left = (): string => readFileSync(file, 'utf8');

test('the last event is one line of JSON', () => {
  leaveWord(file, { event: 'interrupted' });
  assert.equal(left(), '{"event":"interrupted"}\n');
  leaveWord(undefined, { event: 'failed' });
  leaveWord(join(folder, 'none', 'x'), { event: 'failed' });
  assert.equal(left(), '{"event":"interrupted"}\n');
});

test('a long message is cut so that the line fits', () => {
  for (const text of ['x', '\u0001', 'ü', '🙂', '"']) {
    leaveWord(file, { event: 'failed', message: text.repeat(20_000) });
    const word = JSON.parse(left()) as { readonly message: string };
    const bytes = Buffer.byteLength(left());
    assert.ok(bytes <= 4096 && bytes > 3000, `${bytes} bytes of ${text}`);
    assert.ok(word.message.endsWith('…'));
  }
});

test('work that fails leaves its error, and fails', async () => {
  const work = async (): Promise<void> => {
    throw new FacefleetError('FF3001', 'cuda');
  };
  await assert.rejects(leavingWord(file, work), failsWith('FF3001'));
  assert.deepEqual(JSON.parse(left()), {
    event: 'failed',
    code: 'FF3001',
    message: 'FF3001 No requested execution provider is available: cuda',
  });
  assert.equal(failedWord(new Error('x')).code, null);
});
