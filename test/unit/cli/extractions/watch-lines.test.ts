import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extractionEnd } from '../../../../controller/cli/extractions/extraction-end.ts';
import type { LiveState } from '../../../../controller/cli/extractions/live-state.ts';
import { changedInKind, watchLines } from '../../../../controller/cli/extractions/watch-lines.ts';
import { extractionOf, runningStatus } from '../../../fixtures/extraction-of.ts';

function stateOf(parts: Partial<LiveState> = {}): LiveState {
  const extraction = extractionOf({ status: runningStatus() });
  return { extraction, deleted: false, pods: [], events: [], rates: [], lost: null, nowMs: 0, ...parts };
}

const event = (uid: string, count = 1) => ({
  uid,
  atMs: 0,
  type: 'Normal',
  reason: 'Planned',
  message: 'x',
  count,
});
const RUNNING = 'Running: pass 1 of 2, 1200 of 5000 frames, 2345 faces, 0 failed, 100 frames/s, ETA 1m15s';

test('first all is told, then what changed', () => {
  const first = stateOf({ events: [event('a')] });
  assert.deepEqual(watchLines(null, first), ['Planned: x', RUNNING]);
  assert.deepEqual(watchLines(first, first), []);
  assert.deepEqual(watchLines(first, stateOf({ events: [event('a', 2), event('b')] })), [
    'Planned: x (×2)',
    'Planned: x',
  ]);
  const more = stateOf({
    extraction: extractionOf({ status: runningStatus({ frames: 1300, framesPerSecond: null }) }),
  });
  assert.deepEqual(watchLines(first, { ...more, events: first.events }), [
    'Running: pass 1 of 2, 1300 of 5000 frames, 2345 faces, 0 failed, ETA 1m15s',
  ]);
});

test('silence of the cluster and its end are told once', () => {
  const heard = stateOf();
  const lost = stateOf({ lost: { sinceMs: 0, why: 'ECONNREFUSED' } });
  assert.deepEqual(watchLines(heard, lost), ['no word from the cluster: ECONNREFUSED']);
  assert.deepEqual(watchLines(lost, lost), []);
  assert.deepEqual(watchLines(lost, heard), ['the cluster answers again']);
});

test('numbers may wait; a phase, a pass, an event, a silence may not', () => {
  const before = stateOf();
  const numbers = stateOf({ extraction: extractionOf({ status: runningStatus({ frames: 1300 }) }) });
  assert.equal(changedInKind(before, numbers), false);
  const kinds: readonly Partial<LiveState>[] = [
    { extraction: extractionOf({ status: { ...runningStatus(), phase: 'Suspended' } }) },
    { extraction: extractionOf({ status: { ...runningStatus(), pass: 1 } }) },
    { events: [event('a')] },
    { lost: { sinceMs: 0, why: 'x' } },
    { deleted: true },
  ];
  for (const kind of kinds) assert.equal(changedInKind(before, stateOf(kind)), true, JSON.stringify(kind));
});

test('the end of an extraction, with the exit code of it', () => {
  const ended = (status: Parameters<typeof extractionOf>[0] & object, deleted = false) =>
    extractionEnd(extractionOf(status), deleted);
  assert.equal(ended({}), null);
  assert.equal(ended({ status: runningStatus() }), null);
  const done = { ...runningStatus({ frames: 5000 }), phase: 'Succeeded' as const };
  assert.deepEqual(ended({ status: done }), {
    exitCode: 0,
    text: 'succeeded: 5000 frames, 2345 faces, in s3://photos/out',
  });
  const some = { ...runningStatus({ frames: 5000, failed: 2 }), phase: 'Succeeded' as const };
  assert.equal(ended({ status: some })?.exitCode, 3);
  assert.match(ended({ status: some })?.text ?? '', /2 frames failed, see failures\.jsonl$/);
  const failure = { code: 'FF1102', reason: 'SourceMissing', message: 'FF1102 there is no source' };
  assert.deepEqual(ended({ status: { phase: 'Failed', failure } }), {
    exitCode: 1,
    text: 'failed: FF1102 there is no source',
  });
  assert.equal(ended({ status: runningStatus() }, true)?.exitCode, 1);
  assert.equal(ended({ status: done }, true)?.exitCode, 0);
});
