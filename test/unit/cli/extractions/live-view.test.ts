import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LivePod } from '../../../../controller/cli/extractions/live-pod.ts';
import type { LiveState } from '../../../../controller/cli/extractions/live-state.ts';
import { liveView } from '../../../../controller/cli/extractions/live-view.ts';
import { extractionOf, runningStatus } from '../../../fixtures/extraction-of.ts';

const NOW_MS = Date.parse('2026-01-02T03:02:30Z');
const WIDE = { columns: 200, rows: 60 };

function stateOf(parts: Partial<LiveState>): LiveState {
  return {
    extraction: extractionOf({ status: runningStatus() }),
    deleted: false,
    pods: [],
    events: [],
    rates: [],
    lost: null,
    nowMs: NOW_MS,
    ...parts,
  };
}

function pod(lane: string, more: Partial<LivePod> = {}): LivePod {
  return {
    name: lane,
    lane,
    node: 'gpu-1',
    gpu: 'Tesla-T4',
    state: 'Running',
    createdAt: '2026-01-02T03:02:00Z',
    ...more,
  };
}

test('what runs: progress, passes, workers, events', () => {
  const view = liveView(
    stateOf({
      pods: [
        pod('p0-s1-r0', { node: 'gpu-2', gpu: 'A100' }),
        pod('p0-s0-r0'),
        pod('conductor', { node: 'cpu-1', gpu: null }),
      ],
      events: [
        {
          uid: 'a',
          atMs: NOW_MS - 125_000,
          type: 'Normal',
          reason: 'Planned',
          message: '2 passes on 3 GPUs',
          count: 1,
        },
        {
          uid: 'b',
          atMs: NOW_MS - 5000,
          type: 'Warning',
          reason: 'WorkerCrashed',
          message: 'p0-s0-r0 ended with 1',
          count: 2,
        },
      ],
      rates: [50, 100],
    }),
    WIDE,
  );
  assert.deepEqual(view, [
    'faces/holiday   Running   pass 1 of 2   2m00s',
    '  s3://photos/in → s3://photos/out',
    `  ${'█'.repeat(7)}${'░'.repeat(23)}  1,200 of 5,000 frames (24.0 %)   100 frames/s   1m15s left`,
    '  2,345 faces',
    '  ▅█  frames/s of late',
    '',
    `  pass 1  ${'█'.repeat(3)}${'░'.repeat(13)}  1,200 frames, 2 of 3 workers ready  detect + align on 2 × Tesla-T4 → mask_0 on 1 × A100`,
    `  pass 2  ${'░'.repeat(16)}  waiting                             mask_1 on 1 × A100`,
    '',
    '  conductor  cpu-1  -         Running  30s',
    '  p0-s0-r0   gpu-1  Tesla-T4  Running  30s',
    '  p0-s1-r0   gpu-2  A100      Running  30s',
    '',
    '  2m5s ago  Planned: 2 passes on 3 GPUs',
    '  5s ago  Warning WorkerCrashed: p0-s0-r0 ended with 1 (×2)',
  ]);
});

const condition = (
  type: 'Planned' | 'Admitted' | 'Suspended' | 'Failed',
  status: 'True' | 'False',
  reason: string,
  message: string,
) => ({
  type,
  status,
  reason,
  message,
  observedGeneration: 1,
  lastTransitionTime: '2026-01-02T03:00:00Z',
});

const ROWS: readonly (readonly [what: string, state: LiveState, lines: readonly string[]])[] = [
  [
    'nothing is known of it yet',
    stateOf({ extraction: extractionOf() }),
    [
      'faces/holiday   not seen by the controller yet',
      '  s3://photos/in → s3://photos/out',
      `  ${'░'.repeat(30)}`,
    ],
  ],
  [
    'it does not fit',
    stateOf({
      extraction: extractionOf({
        status: {
          phase: 'Pending',
          conditions: [condition('Planned', 'False', 'DoesNotFit', 'mask_0 needs 9,000 MiB')],
        },
      }),
    }),
    [
      'faces/holiday   Pending',
      '  s3://photos/in → s3://photos/out',
      '  DoesNotFit: mask_0 needs 9,000 MiB',
      `  ${'░'.repeat(30)}`,
    ],
  ],
  [
    'devices are promised to others',
    stateOf({
      extraction: extractionOf({
        status: {
          phase: 'Waiting',
          conditions: [condition('Admitted', 'False', 'DevicesTaken', 'after faces/other')],
        },
      }),
    }),
    [
      'faces/holiday   Waiting',
      '  s3://photos/in → s3://photos/out',
      '  DevicesTaken: after faces/other',
      `  ${'░'.repeat(30)}`,
    ],
  ],
  [
    'the source has not been counted, crashes and replacements',
    stateOf({
      extraction: extractionOf({
        status: {
          ...runningStatus({ total: null, framesPerSecond: null, etaSeconds: null, failed: 3 }),
          attempts: {
            failures: 2,
            replacements: 1,
            countedPods: [],
            lowered: [{ pass: 0, stage: 0, reason: 'OOMKilled', at: '2026-01-02T03:02:00Z' }],
          },
        },
      }),
    }),
    [
      'faces/holiday   Running   pass 1 of 2   2m00s',
      '  s3://photos/in → s3://photos/out',
      `  ${'░'.repeat(30)}  1,200 frames`,
      '  2,345 faces, 3 frames failed, 2 of 6 crashes, 1 pod replaced, batches lowered once',
      '',
      `  pass 1  ${'░'.repeat(16)}  1,200 frames, 2 of 3 workers ready  detect + align on 2 × Tesla-T4 → mask_0 on 1 × A100`,
      `  pass 2  ${'░'.repeat(16)}  waiting                             mask_1 on 1 × A100`,
    ],
  ],
];

for (const [what, state, lines] of ROWS)
  test(`view when ${what}`, () => assert.deepEqual(liveView(state, WIDE), lines));

test('ended: the time stands still, every bar is full, nothing is left', () => {
  const status = {
    ...runningStatus({ frames: 5000, faces: 9000 }),
    phase: 'Succeeded' as const,
    completionTime: '2026-01-02T03:01:30Z',
    passes: [0, 1].map((index) => ({ index, state: 'Done' as const, workers: 1, ready: 0, frames: 5000 })),
  };
  const view = liveView(stateOf({ extraction: extractionOf({ status }) }), WIDE);
  assert.equal(view[0], 'faces/holiday   Succeeded   1m00s');
  assert.equal(view[2], `  ${'█'.repeat(30)}  5,000 of 5,000 frames (100.0 %)`);
  assert.match(view[5]!, /^ {2}pass 1 {2}█{16} {2}done, 5,000 frames {2}detect/);
});

test('a cluster that is silent is told, with how long and why', () => {
  const view = liveView(stateOf({ lost: { sinceMs: NOW_MS - 42_000, why: 'ECONNREFUSED' } }), WIDE);
  assert.equal(view[2], '  no word from the cluster for 42s: ECONNREFUSED');
});

test('it fits the terminal: long lines are cut, workers that have no room are counted', () => {
  const pods = Array.from({ length: 40 }, (_, i) => pod(`p0-s0-r${i}`));
  const view = liveView(stateOf({ pods }), { columns: 42, rows: 20 });
  assert.equal(view.length, 19);
  assert.ok(
    view.every((line) => line.length <= 42),
    view.join('\n'),
  );
  assert.ok(
    view.some((line) => line.endsWith('…')),
    view.join('\n'),
  );
  assert.equal(view.at(-1), '  … and 30 more');
  assert.equal(view[8], '  p0-s0-r0  gpu-1  Tesla-T4  Running  30s');
  assert.ok(
    view.includes('  p0-s0-r2  gpu-1  Tesla-T4  Running  30s'),
    'lanes are in the order of their numbers',
  );
});

test('what comes from the cluster cannot steer the terminal', () => {
  const events = [{ uid: 'a', atMs: NOW_MS, type: 'Normal', reason: 'X', message: 'a\x1b[2Jb\nc', count: 1 }];
  const view = liveView(stateOf({ events }), WIDE);
  assert.equal(view.at(-1), '  0s ago  X: a\\x1b[2Jb\\nc');
});
