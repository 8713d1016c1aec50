import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Condition, ExtractionStatus } from '../../../controller/api/extraction-resource.ts';
import { decide } from '../../../controller/reconcile/decide.ts';
import type { Action, Decision } from '../../../controller/reconcile/decision.ts';
import { readStoredJob } from '../../../controller/reconcile/jobs/job-config-map.ts';
import { lowerBatches } from '../../../controller/reconcile/jobs/lower-batches.ts';
import { MAKING, type Making } from '../../../controller/reconcile/making.ts';
import type { ObservedPod } from '../../../controller/reconcile/observed.ts';
import { timeText } from '../../../controller/reconcile/time-text.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { endOf, ONE_PASS, podOf, shareOf, TWO_PASSES, WIDER } from '../../fixtures/controller/observed.ts';
import {
  deleted,
  earlierJob,
  firstOfTwo,
  firstOfTwoOfVideo,
  fresh,
  freshVideo,
  hearing,
  later,
  running,
  runningVideo,
  type Seen,
  secondOfTwo,
  seeing,
  starting,
  succeeded,
  withoutPod,
  withPod,
  withSpec,
  withStatus,
} from '../../fixtures/controller/scenes.ts';
import { SETTINGS } from '../../fixtures/extraction-resource.ts';
import { refused } from '../../fixtures/plan-problem.ts';

interface Case {
  readonly seen: Seen;
  readonly phase?: ExtractionStatus['phase'];
  /** `make film-p0-s0-r0`, `delete …`, `delete now …`, `make job`, `delete job …`, or what the action is called. */
  readonly actions?: readonly string[];
  readonly events?: readonly string[];
  readonly conditions?: Partial<Record<Condition['type'], string>>;
  /** Default: the controller's own. */
  readonly making?: Making;
  /** When it looks again at the latest, seconds; null: only when something changes. */
  readonly again?: number | null;
  also?(decision: Decision): void;
}

const CONDUCTOR = 'film-conductor';
const WORKERS = ['film-p0-s0-r0', 'film-p0-s0-r1'];
const DECODERS = ['film-d0', 'film-d1'];
const SECOND = ['film-p1-s0-r0', 'film-p1-s0-r1'];
const all = (verb: string, ...names: string[]): string[] => names.map((name) => `${verb} ${name}`);

/** A pod that failed; `secondsAgo`. */
const failed = (seen: Seen, secondsAgo = 0, entries: Partial<ObservedPod> = {}): Partial<ObservedPod> => ({
  phase: 'Failed',
  ready: false,
  end: endOf(1, { atMs: seen.nowMs - secondsAgo * 1000 }),
  ...entries,
});
const ended = (seen: Seen, exitCode: number, message = '', secondsAgo = 0): Partial<ObservedPod> => ({
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  ready: false,
  end: endOf(exitCode, { message, atMs: seen.nowMs - secondsAgo * 1000 }),
});
const old = (seen: Seen): Seen => {
  const pods = seen.observed.pods.map((pod) => ({ ...pod, createdAtMs: seen.nowMs - 3_600_000 }));
  return seeing(seen, { pods });
};
const live = old(running());
const video = old(runningVideo());
const gone = (seen: Seen): Seen => seeing(seen, { pods: [], conductor: null });
const counted = (seen: Seen, failures: number, secondsAgo: number, ...uids: string[]): Seen =>
  withStatus(seen, ({ attempts }) => {
    attempts!.failures = failures;
    attempts!.lastFailureAt = timeText(seen.nowMs - secondsAgo * 1000);
    attempts!.countedPods.push(...uids);
  });
const uidOf = (seen: Seen, ending: string): string =>
  seen.observed.pods.find(({ name }) => name.endsWith(ending))!.uid;
const complete = (failedFrames: number): string =>
  JSON.stringify({ event: 'complete', total: 40, frames: 40, carried: 0, faces: 52, failed: failedFrames });
const failedWith = (code: string): string =>
  JSON.stringify({ event: 'failed', code, message: `${code} something` });

/** What the status says after a decision, with the pods that the case gives. */
function decided(seen: Seen): Seen {
  const { status } = decide(seen.observed, seen.nowMs, SETTINGS);
  return seeing(seen, { extraction: { ...seen.observed.extraction, status } });
}
const suspending = decided(withSpec(live, { suspend: true }));
const suspended = gone(suspending);
const resumed = (seen: Seen): Seen => withSpec(seen, { suspend: false });
const suspendedInSecond = gone(decided(withSpec(old(secondOfTwo()), { suspend: true })));
const failedExtraction = decided(withSpec(live, { activeDeadlineSeconds: 1 }));
const cleaning = decided(gone(deleted(live)));
const cleaner = (seen: Seen, entries: Partial<ObservedPod>): Seen =>
  seeing(seen, {
    pods: [podOf({ name: 'film-cleaner', uid: 'cleaner-1', role: { kind: 'cleaner' }, ...entries })],
  });
const missing = (seen: Seen): Seen => seeing(seen, { job: null, conductor: null });
/** Workers as one Kueue group for each pass. */
const grouped = (seen: Seen, isHeld = true): Seen => {
  const pods = seen.observed.pods.map((pod): ObservedPod => {
    const { role } = pod;
    if (role.kind !== 'worker') return pod;
    return { ...pod, group: { name: `film-p${role.pass}`, total: 2, isHeld } };
  });
  return seeing(seen, { pods });
};
const TOO_LARGE: Making = {
  ...MAKING,
  jobConfigMap: () => {
    throw new FacefleetError('FF5006', 'film-job-1: 2000000 bytes');
  },
};
const nothing = { actions: [], events: [] } as const;

const CASES: Readonly<Record<string, Case>> = {
  'no-finaliser': {
    seen: ((seen) => {
      const { extraction } = seen.observed;
      const metadata = { ...extraction.metadata, finalizers: ['others.example/hold'] };
      return seeing(seen, { extraction: { ...extraction, metadata } });
    })(fresh(ONE_PASS)),
    actions: ['addFinalizer'],
    events: [],
  },
  'awaiting-plan': {
    seen: fresh(),
    phase: 'Pending',
    ...nothing,
    conditions: {
      Planned: 'False AwaitingPlan',
      Running: 'False NotPlanned',
      Suspended: 'False NotSuspended',
    },
    again: null,
  },
  'wrong-spec': {
    seen: seeing(fresh(), { request: { code: 'FF5002', message: 'no plugin is called x' } }),
    phase: 'Failed',
    actions: [],
    events: ['Failed'],
    conditions: { Failed: 'True InvalidSpec', Succeeded: 'False Failed' },
    also: ({ status }) => assert.equal(status.failure?.code, 'FF5002'),
  },
  'spec-not-resolved': {
    seen: seeing(fresh(), { request: { code: 'FF2002', message: 'the registry is away' } }),
    phase: 'Pending',
    actions: [],
    events: ['SpecNotResolved'],
    again: 30,
  },
  'never-fits': {
    seen: seeing(fresh(), {
      share: shareOf({
        outcome: 'error',
        id: null,
        policy: 'compat',
        code: 'ZeroVramPerBatch',
        sentence: 'It would divide by zero.',
        seed: null,
      }),
    }),
    phase: 'Failed',
    actions: [],
    events: ['Failed'],
    conditions: { Failed: 'True ZeroVramPerBatch' },
  },
  'does-not-fit': {
    seen: fresh(refused({ nodes: [] })),
    phase: 'Pending',
    actions: [],
    events: ['DoesNotFit'],
    conditions: { Planned: 'False DoesNotFit' },
    again: null,
  },
  promised: {
    seen: fresh({
      ...refused({ nodes: [] }),
      reasons: [{ code: 'CapacityPromised', numbers: {}, sentence: 'It is promised to others.' }],
    }),
    phase: 'Waiting',
    actions: [],
    events: ['CapacityPromised'],
    conditions: { Planned: 'False CapacityPromised' },
    again: null,
  },
  planned: {
    seen: fresh(ONE_PASS),
    phase: 'Pending',
    actions: ['make job', ...all('make', CONDUCTOR, ...WORKERS)],
    events: ['Planned'],
    conditions: { Planned: 'True Planned', Running: 'False ConductorStarting', Admitted: 'False Scheduling' },
    also: ({ status }) => {
      assert.equal(status.plan?.revision, 1);
      assert.ok(status.startTime !== undefined);
    },
  },
  starting: { seen: starting(), phase: 'Pending', ...nothing },
  gated: {
    seen: withPod(starting(), 'conductor', { unschedulable: 'SchedulingGated: held back' }),
    phase: 'Waiting',
    ...nothing,
    conditions: { Admitted: 'False SchedulingGated' },
  },
  unschedulable: {
    seen: withPod(starting(), 's0-r1', { unschedulable: 'Unschedulable: 0/3 nodes are available' }),
    phase: 'Pending',
    actions: [],
    events: ['Unschedulable'],
    conditions: { Admitted: 'False Unschedulable' },
  },
  'image-fault': {
    seen: withPod(starting(), 'conductor', { waiting: { reason: 'ErrImagePull', message: 'not found' } }),
    actions: [],
    events: ['ImagePullFailed'],
    conditions: { Running: 'False ImagePullFailed' },
    also: ({ status }) => assert.equal(status.attempts?.failures, 0),
  },
  'pods-refused': {
    seen: seeing(gone(starting()), { refusal: 'pods "film-conductor" is forbidden: exceeded quota: gpus' }),
    phase: 'Pending',
    actions: all('make', CONDUCTOR, ...WORKERS),
    events: ['PodsRefused'],
    conditions: { Running: 'False PodsRefused' },
    also: ({ status }) =>
      assert.match(
        status.conditions!.find(({ type }) => type === 'Running')!.message,
        /exceeded quota: gpus/,
      ),
  },
  'pods-refused-again': {
    seen: seeing(decided(seeing(gone(starting()), { refusal: 'exceeded quota: used 3' })), {
      refusal: 'exceeded quota: used 4',
    }),
    actions: all('make', CONDUCTOR, ...WORKERS),
    events: [],
    conditions: { Running: 'False PodsRefused' },
    also: ({ status }) =>
      assert.match(status.conditions!.find(({ type }) => type === 'Running')!.message, /used 3/),
  },
  'some-pods-refused': {
    seen: seeing(withoutPod(live, 's0-r1'), { refusal: 'exceeded quota' }),
    phase: 'Running',
    actions: ['make film-p0-s0-r1'],
    events: ['PodsRefused'],
    conditions: { Running: 'True PodsRefused' },
  },
  'refused-no-longer': {
    seen: seeing(decided(seeing(gone(starting()), { refusal: 'exceeded quota' })), {
      pods: starting().observed.pods,
      refusal: null,
    }),
    phase: 'Pending',
    ...nothing,
    conditions: { Running: 'False ConductorStarting' },
  },
  'config-fault': {
    seen: withPod(starting(), 's0-r0', {
      waiting: { reason: 'CreateContainerConfigError', message: 'secret "bucket" not found' },
    }),
    actions: [],
    events: ['ConfigError'],
    conditions: { Running: 'False ConfigError' },
  },
  heard: {
    seen: withStatus(live, (status) => {
      delete status.pass;
      delete status.progress;
      status.phase = 'Pending';
    }),
    phase: 'Running',
    actions: [],
    events: ['PassStarted'],
    conditions: { Running: 'True PassRunning' },
    also: ({ status }) => assert.deepEqual([status.pass, status.progress?.frames], [0, 20]),
  },
  'at-rest': {
    seen: live,
    phase: 'Running',
    ...nothing,
    again: 5,
    also: ({ status }) => assert.deepEqual(status, live.observed.extraction.status),
  },
  progress: {
    seen: hearing(later(live, 5), { frames: 30, faces: 35, framesPerSecond: 2.3456 }),
    ...nothing,
    again: 5,
    also: ({ status }) =>
      assert.deepEqual(status.progress, {
        total: 40,
        frames: 30,
        carried: 0,
        faces: 35,
        failed: 0,
        framesPerSecond: 2.35,
        etaSeconds: 4,
        at: timeText(live.nowMs + 5000),
        shown: { pass: '1/1', frames: '30/40', rate: '2.35/s', eta: '4s' },
      }),
  },
  'progress-soon': {
    seen: hearing(later(live, 2), { frames: 30 }),
    ...nothing,
    again: 3,
    also: ({ status }) => assert.equal(status.progress?.frames, 20),
  },
  silent: {
    seen: later(live, 31),
    phase: 'Running',
    actions: [],
    events: ['ConductorSilent'],
    conditions: { Running: 'Unknown ConductorSilent' },
  },
  'silent-long': {
    seen: later(live, 300),
    phase: 'Running',
    actions: ['delete film-conductor'],
    events: ['PodCrashed', 'ConductorSilent'],
    conditions: { Running: 'Unknown ConductorSilent' },
    also: ({ status }) => {
      assert.equal(status.attempts?.failures, 1);
      assert.equal(status.attempts?.lastFailureAt, timeText(live.nowMs + 300_000));
    },
  },
  'silent-long-deaf': {
    seen: seeing(later(live, 3000), { listensSinceMs: null }),
    phase: 'Running',
    actions: [],
    events: ['ConductorSilent'],
    also: ({ status }) => assert.equal(status.attempts?.failures, 0),
  },
  'silent-long-unready': {
    seen: withPod(later(live, 3000), 'conductor', { ready: false, readySinceMs: null }),
    phase: 'Running',
    actions: [],
    events: ['ConductorSilent'],
    also: ({ status }) => assert.equal(status.attempts?.failures, 0),
  },
  'silent-too-often': {
    seen: counted(later(live, 300), 6, 4000),
    phase: 'Failed',
    actions: all('delete', CONDUCTOR, ...WORKERS),
    events: ['PodCrashed', 'Failed'],
    conditions: { Failed: 'True BackoffLimitExceeded' },
  },
  'not-heard': {
    seen: withPod(seeing(live, { conductor: null }), 's0-r1', ended(live, 0, '', 100)),
    phase: 'Running',
    ...nothing,
    conditions: { Running: 'True PassRunning' },
    again: 5,
  },
  'next-pass': {
    seen: hearing(old(firstOfTwo()), { pass: 1 }),
    actions: [],
    events: ['PassStarted'],
    again: 10,
    also: ({ status }) =>
      assert.deepEqual(
        status.passes?.map(({ state }) => state),
        ['Done', 'Running'],
      ),
  },
  'next-pass-late': {
    seen: later(decided(hearing(old(firstOfTwo()), { pass: 1 })), 10),
    actions: all('delete', ...WORKERS),
    events: [],
  },
  'next-pass-clear': {
    seen: ((seen) => withPod(withPod(seen, 'p0-s0-r0', ended(seen, 0)), 'p0-s0-r1', ended(seen, 0)))(
      hearing(old(firstOfTwo()), { pass: 1 }),
    ),
    actions: all('make', ...SECOND),
    events: ['PassStarted'],
  },
  'pass-back': {
    seen: hearing(old(secondOfTwo()), { pass: 0 }),
    phase: 'Running',
    ...nothing,
    also: ({ status }) => assert.equal(status.pass, 1),
  },
  'pass-back-for-good': {
    seen: ((seen) => hearing(later(seen, 30), { pass: 0 }))(
      decided(hearing(old(secondOfTwo()), { pass: 0 })),
    ),
    actions: all('delete', ...SECOND, ...WORKERS),
    events: ['PassStarted'],
    also: ({ status }) => assert.equal(status.pass, 0),
  },
  'pod-missing': { seen: withoutPod(live, 's0-r1'), actions: ['make film-p0-s0-r1'], events: [] },
  'pod-outdated': {
    seen: withPod(live, 's0-r1', { templateHash: 'other' }),
    actions: ['delete film-p0-s0-r1'],
    events: [],
  },
  'lane-retired': {
    seen: seeing(live, {
      pods: [
        ...live.observed.pods,
        podOf({ name: 'film-p0-s0-r7', role: { kind: 'worker', pass: 0, stage: 0, replica: 7 } }),
      ],
    }),
    actions: ['delete film-p0-s0-r7'],
    events: [],
  },
  replanned: {
    seen: seeing(live, { share: shareOf(WIDER) }),
    actions: ['make job', 'delete film-conductor', 'make film-p0-s0-r2'],
    events: ['Replanned'],
    also: ({ status }) => {
      assert.equal(status.plan?.revision, 2);
      assert.equal(status.pass, 0);
    },
  },
  'job-too-large': {
    seen: fresh(ONE_PASS),
    making: TOO_LARGE,
    phase: 'Failed',
    actions: [],
    events: ['Failed'],
    conditions: { Failed: 'True JobTooLarge' },
    also: ({ status }) => {
      assert.equal(status.failure?.code, 'FF5006');
      assert.match(status.failure.message, /2000000 bytes.*planning\.maxReplicas/);
    },
  },
  'replan-too-large': {
    seen: seeing(live, { share: shareOf(WIDER) }),
    making: TOO_LARGE,
    phase: 'Running',
    actions: [],
    events: ['JobTooLarge'],
    conditions: { Planned: 'True JobTooLarge', Running: 'True PassRunning' },
    also: ({ status }) => assert.equal(status.plan?.revision, 1),
  },
  'no-better-plan': {
    seen: seeing(live, { share: shareOf(refused({ nodes: [] })) }),
    phase: 'Running',
    ...nothing,
    conditions: { Planned: 'True Planned' },
  },
  'job-missing': {
    seen: seeing(missing(live), { share: shareOf(WIDER) }),
    actions: [],
    events: ['JobMissing'],
    conditions: { Planned: 'Unknown JobMissing' },
    again: 15,
  },
  'job-made-again': { seen: missing(live), phase: 'Running', actions: ['make job'], events: [] },
  'job-lost': {
    seen: later(decided(seeing(missing(live), { share: shareOf(TWO_PASSES) })), 15),
    actions: ['make job', ...all('delete', CONDUCTOR, ...WORKERS)],
    events: ['Replanned'],
    conditions: { Planned: 'True Planned' },
    also: ({ status, actions }) => {
      const { uid } = live.observed.extraction.metadata;
      const [made] = actions.flatMap((one) => (one.do === 'createJob' ? [readStoredJob(one.configMap)] : []));
      assert.deepEqual([made?.job.extraction, made?.job.earlier], [`${uid}-r2`, [uid]]);
      assert.deepEqual([status.plan?.revision, status.pass], [2, undefined]);
    },
  },
  'job-unused': {
    seen: seeing(live, { otherJobs: [earlierJob(live, 'film-job-0')] }),
    actions: ['delete job film-job-0'],
    events: [],
  },
  'decoders-start': {
    seen: freshVideo(ONE_PASS),
    actions: ['make job', ...all('make', CONDUCTOR, ...DECODERS, ...WORKERS)],
    events: ['Planned'],
  },
  'decoders-stay': {
    seen: later(decided(hearing(old(firstOfTwoOfVideo()), { pass: 1 })), 10),
    actions: all('delete', ...WORKERS),
    events: [],
  },
  'decoder-missing': {
    seen: withoutPod(video, '-d1'),
    actions: ['make film-d1'],
    events: [],
  },
  'decoder-ended': {
    seen: withPod(video, '-d1', ended(video, 0, '', 14)),
    ...nothing,
    again: 1,
    also: ({ status }) => {
      assert.equal(status.attempts?.failures, 0);
      const waited = withPod(video, '-d1', ended(video, 0, '', 15));
      assert.deepEqual(names(decide(waited.observed, waited.nowMs, SETTINGS).actions), ['delete film-d1']);
    },
  },
  'decoder-crashed': {
    seen: withPod(video, '-d1', failed(video)),
    phase: 'Running',
    actions: [],
    events: ['PodCrashed'],
    also: ({ status }) => assert.equal(status.attempts?.failures, 1),
  },
  'decoder-out-of-memory': {
    seen: withPod(
      video,
      '-d1',
      failed(video, 0, { end: endOf(137, { reason: 'OOMKilled', atMs: video.nowMs }) }),
    ),
    actions: [],
    events: ['PodCrashed'],
    also: ({ status }) => {
      assert.equal(status.attempts?.failures, 1);
      assert.deepEqual(status.attempts?.lowered, []);
    },
  },
  'decoder-evicted': {
    seen: withPod(video, '-d1', failed(video, 0, { disruption: 'Evicted' })),
    actions: ['delete film-d1'],
    events: ['PodReplaced'],
    also: ({ status }) => assert.equal(status.attempts?.failures, 0),
  },
  'decoder-retired': {
    seen: seeing(video, {
      pods: [...video.observed.pods, podOf({ name: 'film-d7', role: { kind: 'decoder', replica: 7 } })],
    }),
    actions: ['delete film-d7'],
    events: [],
  },
  'worker-evicted': {
    seen: withPod(
      live,
      's0-r1',
      failed(live, 0, { disruption: 'Evicted', end: endOf(null, { atMs: live.nowMs }) }),
    ),
    actions: ['delete film-p0-s0-r1'],
    events: ['PodReplaced'],
    also: ({ status }) =>
      assert.deepEqual([status.attempts?.replacements, status.attempts?.failures], [1, 0]),
  },
  'rejected-at-once': {
    seen: withPod(live, 's0-r1', {
      ...failed(live, 0, { end: endOf(null, { reason: 'OutOfcpu', atMs: live.nowMs }) }),
      createdAtMs: live.nowMs - 2000,
    }),
    actions: [],
    events: ['PodReplaced'],
    again: 10,
  },
  'worker-deleted': {
    seen: withPod(live, 's0-r1', { deleteByMs: live.nowMs + 30_000 }),
    actions: [],
    events: ['PodReplaced'],
    also: ({ status }) => assert.equal(status.attempts?.replacements, 1),
  },
  'node-gone': {
    seen: withPod(live, 's0-r1', { nodeName: 'node-z' }),
    actions: ['delete film-p0-s0-r1'],
    events: ['PodReplaced'],
  },
  stranded: {
    seen: ((seen) =>
      withPod(seen, 's0-r1', { deleteByMs: seen.nowMs - 5000, disruption: 'DeletionByTaintManager' }))(
      seeing(live, { nodes: new Map([['node-a', { name: 'node-a', ready: false }]]) }),
    ),
    actions: ['delete now film-p0-s0-r1'],
    events: ['PodReplaced'],
  },
  stopping: {
    seen: decided(withPod(live, 's0-r1', { deleteByMs: live.nowMs - 60_000 })),
    ...nothing,
  },
  held: {
    seen: withPod(grouped(live), 's0-r1', { ...ended(live, 130), deleteByMs: live.nowMs + 9000 }),
    actions: ['release film-p0-s0-r1'],
    also: ({ status }) => assert.equal(status.attempts?.failures, 0),
  },
  'quota-kept': {
    seen: withPod(grouped(old(secondOfTwo()), false), 'p0-s0-r1', failed(live)),
    phase: 'Running',
    actions: all('delete', ...WORKERS),
    events: [],
  },
  'quota-given-back': { seen: grouped(old(secondOfTwo()), false), phase: 'Running', ...nothing },
  'worker-ended': {
    seen: withPod(live, 's0-r1', ended(live, 0)),
    ...nothing,
    also: ({ status }) => assert.equal(status.attempts?.failures, 0),
  },
  'worker-crashed': {
    seen: withPod(live, 's0-r1', failed(live)),
    phase: 'Running',
    actions: [],
    events: ['PodCrashed'],
    also: ({ status }) =>
      assert.deepEqual(status.attempts, {
        failures: 1,
        replacements: 0,
        countedPods: [uidOf(live, 's0-r1')],
        lowered: [],
        lastFailureAt: timeText(live.nowMs),
      }),
  },
  'crash-counted': {
    seen: counted(withPod(live, 's0-r1', failed(live, 3)), 2, 3, uidOf(live, 's0-r1')),
    ...nothing,
    also: ({ status }) => assert.equal(status.attempts?.failures, 2),
  },
  'crash-waited': {
    seen: counted(withPod(live, 's0-r1', failed(live, 20)), 2, 20, uidOf(live, 's0-r1')),
    actions: ['delete film-p0-s0-r1'],
    events: [],
  },
  'crash-wave': {
    seen: counted(
      withPod(withPod(live, 's0-r0', failed(live, 9)), 's0-r1', failed(live)),
      1,
      9,
      uidOf(live, 's0-r0'),
    ),
    actions: [],
    events: ['PodCrashed'],
    also: ({ status }) => assert.equal(status.attempts?.failures, 1),
  },
  'too-many-crashes': {
    seen: counted(withPod(live, 's0-r1', failed(live)), 6, 4000),
    phase: 'Failed',
    actions: all('delete', CONDUCTOR, 'film-p0-s0-r0'),
    events: ['PodCrashed', 'Failed'],
    conditions: { Failed: 'True BackoffLimitExceeded', Running: 'False Finished' },
  },
  'crashes-forgotten': {
    seen: counted(hearing(later(live, 5), { frames: 30 }), 4, 100),
    ...nothing,
    also: ({ status }) => {
      assert.equal(status.attempts?.failures, 0);
      assert.equal(status.attempts?.lastFailureAt, undefined);
    },
  },
  'out-of-memory': {
    seen: withPod(
      live,
      's0-r1',
      failed(live, 0, { end: endOf(137, { reason: 'OOMKilled', atMs: live.nowMs }) }),
    ),
    phase: 'Running',
    events: ['BatchesLowered'],
    also: ({ status, actions }) => {
      assert.equal(actions[0]?.do, 'createJob');
      assert.ok(names(actions).includes('delete film-p0-s0-r1'));
      assert.equal(status.attempts?.failures, 0);
      assert.equal(status.attempts?.lowered.length, 1);
      assert.equal(status.plan?.passes[0]?.stages[0]?.batches.detect, 2);
    },
  },
  'out-of-memory-again': {
    seen: ((seen) =>
      withPod(
        seen,
        's0-r1',
        failed(seen, 0, { end: endOf(137, { reason: 'OOMKilled', atMs: seen.nowMs }) }),
      ))(
      withStatus(live, ({ attempts }) => {
        attempts!.lowered.push({ pass: 0, stage: 0, reason: 'before', at: timeText(live.nowMs - 60_000) });
      }),
    ),
    actions: [],
    events: ['PodCrashed'],
    also: ({ status }) => assert.equal(status.attempts?.failures, 1),
  },
  'conductor-stopped': {
    seen: withPod(live, 'conductor', ended(live, 130)),
    actions: ['delete film-conductor'],
    events: ['PodReplaced'],
    also: ({ status }) => assert.equal(status.attempts?.failures, 0),
  },
  'conductor-crashed': {
    seen: withPod(live, 'conductor', ended(live, 1, failedWith('FF4001'))),
    phase: 'Running',
    actions: [],
    events: ['PodCrashed'],
    conditions: { Running: 'False ConductorStarting' },
  },
  'conductor-gives-up': {
    seen: withPod(live, 'conductor', ended(live, 1, failedWith('FF1104'))),
    phase: 'Failed',
    actions: all('delete', ...WORKERS),
    events: ['Failed'],
    conditions: { Failed: 'True ConductorFailed' },
    also: ({ status }) => assert.equal(status.failure?.code, 'FF1104'),
  },
  'job-refused': {
    seen: withPod(live, 's0-r1', ended(live, 2, failedWith('FF5002'))),
    phase: 'Failed',
    actions: all('delete', CONDUCTOR, 'film-p0-s0-r0'),
    events: ['Failed'],
    conditions: { Failed: 'True JobRefused' },
  },
  done: {
    seen: withPod(live, 'conductor', ended(live, 0, complete(0))),
    phase: 'Succeeded',
    actions: [],
    events: ['Succeeded'],
    conditions: { Succeeded: 'True AllFramesDone', Running: 'False Finished', Failed: 'False Succeeded' },
    also: ({ status }) => {
      assert.equal(status.progress?.frames, 40);
      assert.equal(status.progress?.faces, 52);
      assert.equal(status.passes?.[0]?.state, 'Done');
    },
  },
  'done-some-failed': {
    seen: withPod(live, 'conductor', ended(live, 3, complete(2))),
    phase: 'Succeeded',
    events: ['Succeeded'],
    conditions: { Succeeded: 'True SomeFramesFailed' },
    also: ({ status }) => assert.equal(status.progress?.failed, 2),
  },
  'past-deadline': {
    seen: withSpec(live, { activeDeadlineSeconds: 1 }),
    phase: 'Failed',
    actions: all('delete', CONDUCTOR, ...WORKERS),
    events: ['Failed'],
    conditions: { Failed: 'True DeadlineExceeded' },
  },
  'namespace-ends-running': {
    seen: withoutPod(seeing(live, { namespaceEnds: true }), 's0-r1'),
    phase: 'Running',
    ...nothing,
  },
  suspend: {
    seen: withSpec(live, { suspend: true }),
    phase: 'Suspended',
    actions: all('delete', CONDUCTOR, ...WORKERS),
    events: ['Suspended'],
    conditions: { Suspended: 'True Suspended', Running: 'False Suspended', Planned: 'False Suspended' },
    also: ({ status }) => assert.ok(status.activeSeconds! > 0),
  },
  suspended: { seen: suspended, phase: 'Suspended', ...nothing, again: null },
  'resume-unplanned': {
    seen: seeing(resumed(suspended), { share: null }),
    phase: 'Pending',
    actions: [],
    events: ['Resumed'],
    conditions: { Planned: 'False AwaitingPlan', Suspended: 'False NotSuspended' },
  },
  resume: {
    seen: resumed(suspended),
    phase: 'Running',
    actions: all('make', CONDUCTOR, ...WORKERS),
    events: ['Resumed'],
    conditions: { Planned: 'True Planned' },
  },
  'resume-later-pass': {
    seen: resumed(suspendedInSecond),
    actions: ['make film-conductor'],
    events: ['Resumed'],
  },
  'done-while-suspending': {
    seen: withPod(suspending, 'conductor', { ...ended(live, 0, complete(0)), deleteByMs: live.nowMs + 9000 }),
    phase: 'Succeeded',
    events: ['Succeeded'],
  },
  'workers-end': {
    seen: decided(withPod(live, 'conductor', ended(live, 0, complete(0)))),
    phase: 'Succeeded',
    ...nothing,
    again: 15,
  },
  'workers-end-late': {
    seen: later(decided(withPod(live, 'conductor', ended(live, 0, complete(0)))), 15),
    actions: all('delete', ...WORKERS),
    events: [],
  },
  'failed-pods': {
    seen: withPod(failedExtraction, 's0-r1', failed(live)),
    phase: 'Failed',
    actions: all('delete', CONDUCTOR, 'film-p0-s0-r0'),
    events: [],
  },
  'failed-keeps-quota': {
    seen: withPod(grouped(failedExtraction), 's0-r1', failed(live)),
    phase: 'Failed',
    actions: all('delete', CONDUCTOR, ...WORKERS),
    events: [],
  },
  finished: {
    seen: ((seen) => withPod(withPod(seen, 's0-r0', ended(seen, 0)), 's0-r1', ended(seen, 0)))(
      decided(withPod(live, 'conductor', ended(live, 0, complete(0)))),
    ),
    phase: 'Succeeded',
    ...nothing,
    again: null,
  },
  'lives-on': {
    seen: withSpec(gone(succeeded()), { ttlSecondsAfterFinished: 100 }),
    ...nothing,
    again: 100,
  },
  expired: {
    seen: later(withSpec(gone(succeeded()), { ttlSecondsAfterFinished: 100 }), 100),
    actions: ['deleteExtraction'],
    events: [],
  },
  'delete-unstarted': {
    seen: deleted(decided(fresh())),
    phase: 'Deleting',
    actions: ['removeFinalizer'],
    events: [],
  },
  'delete-succeeded': {
    seen: deleted(gone(succeeded())),
    phase: 'Deleting',
    actions: ['removeFinalizer'],
    events: [],
  },
  'delete-running': {
    seen: deleted(live),
    phase: 'Deleting',
    actions: all('delete', CONDUCTOR, ...WORKERS),
    events: [],
    conditions: { Running: 'Unknown Stopping' },
  },
  'delete-stuck': {
    seen: ((seen) =>
      withoutPod(withoutPod(withPod(seen, 'conductor', { deleteByMs: seen.nowMs - 60_000 }), 'r0'), 'r1'))(
      deleted(live, 600),
    ),
    actions: ['removeFinalizer'],
    events: ['LeftBehind'],
    conditions: { Running: 'False LeftBehind' },
  },
  'delete-held': {
    seen: withPod(grouped(deleted(succeeded())), 's0-r1', {
      ...failed(live),
      deleteByMs: live.nowMs,
    }),
    phase: 'Deleting',
    actions: [...all('delete', CONDUCTOR, 'film-p0-s0-r0'), 'release film-p0-s0-r1'],
    events: [],
  },
  'delete-clean': {
    seen: gone(deleted(live)),
    phase: 'Deleting',
    actions: ['make film-cleaner'],
    events: [],
    conditions: { Running: 'False CleaningUp' },
  },
  'delete-cleans': { seen: cleaner(cleaning, {}), ...nothing, again: 120 },
  'delete-cleaned': { seen: cleaner(cleaning, ended(cleaning, 0)), actions: ['removeFinalizer'], events: [] },
  'delete-clean-failed': {
    seen: cleaner(cleaning, failed(cleaning)),
    actions: ['delete film-cleaner'],
    events: ['CleanerFailed'],
    conditions: { Running: 'False CleaningUpAgain' },
  },
  'delete-clean-failed-twice': {
    seen: cleaner(decided(cleaner(cleaning, failed(cleaning))), { ...failed(cleaning), uid: 'cleaner-2' }),
    actions: ['removeFinalizer'],
    events: ['LeftBehind'],
  },
  'delete-job-missing': { seen: seeing(cleaning, { job: null }), ...nothing, again: 15 },
  'delete-job-lost': {
    seen: later(seeing(cleaning, { job: null }), 15),
    actions: ['removeFinalizer'],
    events: ['LeftBehind'],
  },
  'delete-clean-late': {
    seen: cleaner(later(cleaning, 120), {}),
    actions: ['removeFinalizer'],
    events: ['LeftBehind'],
  },
  'delete-namespace': {
    seen: deleted(seeing(live, { namespaceEnds: true })),
    actions: [...all('delete', CONDUCTOR, ...WORKERS), 'removeFinalizer'],
    events: [],
  },
};

function names(actions: readonly Action[]): string[] {
  return actions.map((action) => {
    switch (action.do) {
      case 'createPod':
        return `make ${action.pod.metadata?.name}`;
      case 'deletePod':
        return `delete ${action.now ? 'now ' : ''}${action.name}`;
      case 'releasePod':
        return `release ${action.name}`;
      case 'createJob':
        return 'make job';
      case 'deleteJob':
        return `delete job ${action.name}`;
      default:
        return action.do;
    }
  });
}

function conditionsOf({ conditions = [] }: ExtractionStatus): Record<string, string> {
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

for (const [id, { seen, phase, actions, events, conditions, making, again, also }] of Object.entries(CASES)) {
  test(`decide: ${id}`, () => {
    const { observed, nowMs } = seen;
    const decision = decide(observed, nowMs, SETTINGS, making);
    if (actions !== undefined) assert.deepEqual(names(decision.actions), actions);
    if (events !== undefined)
      assert.deepEqual(
        decision.events.map(({ reason }) => reason),
        events,
      );
    if (phase !== undefined) assert.equal(decision.status.phase, phase);
    const said = conditionsOf(decision.status);
    assert.deepEqual({ ...said, ...conditions }, said);
    if (again === null) assert.equal(decision.requeueAfterMs, null);
    else if (again !== undefined) {
      assert.ok(decision.requeueAfterMs !== null && decision.requeueAfterMs > 0, 'it looks again');
      assert.ok(decision.requeueAfterMs <= again * 1000 + 1000, `after ${decision.requeueAfterMs} ms`);
    }
    also?.(decision);
    assert.deepEqual(decide(observed, nowMs, SETTINGS, making), decision, 'the same input, the same output');
  });
}

test('the documentation has a row for every case, and every row is one', async () => {
  const page = await readFile(new URL('../../../docs/controller.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('## States'), page.indexOf('## Conditions'));
  const rows = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
  assert.deepEqual([...rows].sort(), Object.keys(CASES).sort());
  assert.equal(new Set(rows).size, rows.length);
});

test('every reason of a condition or an event is documented', async () => {
  const page = await readFile(new URL('../../../docs/controller.md', import.meta.url), 'utf8');
  for (const { seen, making } of Object.values(CASES)) {
    const { status, events } = decide(seen.observed, seen.nowMs, SETTINGS, making);
    for (const { reason } of [...(status.conditions ?? []), ...events])
      assert.ok(page.includes(`\`${reason}\``) || reason === 'ZeroVramPerBatch', reason);
  }
});

test('the time of a condition changes with its status alone', () => {
  const seen = later(live, 31);
  const before = live.observed.extraction.status?.conditions;
  const after = decide(seen.observed, seen.nowMs, SETTINGS).status.conditions;
  for (const one of after ?? []) {
    const old = before?.find(({ type }) => type === one.type);
    const expected = one.type === 'Running' ? timeText(seen.nowMs) : old?.lastTransitionTime;
    assert.equal(one.lastTransitionTime, expected, one.type);
  }
});

test('waiting times double up to five minutes', () => {
  const waits = [1, 2, 3, 4, 5, 6, 30].map((failures) => {
    const isDeleted = (secondsAgo: number): boolean => {
      const crashed = withPod(live, 's0-r1', failed(live, secondsAgo));
      const seen = withSpec(counted(crashed, failures, secondsAgo, uidOf(live, 's0-r1')), {
        backoffLimit: 99,
      });
      return decide(seen.observed, seen.nowMs, SETTINGS).actions.length > 0;
    };
    let seconds = 0;
    while (!isDeleted(seconds)) seconds += 5;
    return seconds;
  });
  assert.deepEqual(waits, [10, 20, 40, 80, 160, 300, 300]);
});

test('a stage that cannot do with less counts running out of memory as a crash', () => {
  let job = live.observed.job!;
  for (;;) {
    const less = lowerBatches(job, 0, 0);
    if (less === null) break;
    job = less;
  }
  const made = decided(
    seeing(
      withStatus(live, ({ plan }) => {
        plan!.job = job.name;
      }),
      { job, share: null },
    ),
  );
  const pods = decide(gone(made).observed, made.nowMs, SETTINGS)
    .actions.flatMap((one) => (one.do === 'createPod' ? [one.pod] : []))
    .filter(({ metadata }) => metadata?.labels?.['app.kubernetes.io/component'] === 'worker');
  const { name = '', annotations = {} } = pods[0]?.metadata ?? {};
  const worker = podOf({
    name,
    templateHash: annotations['facefleet.dev/template-hash']!,
    ...failed(live, 0, { end: endOf(137, { reason: 'OOMKilled', atMs: live.nowMs }) }),
  });
  const { status, events } = decide(seeing(made, { pods: [worker] }).observed, made.nowMs, SETTINGS);
  assert.equal(status.attempts?.failures, 1);
  assert.deepEqual(status.attempts?.lowered, []);
  assert.ok(events.some(({ reason }) => reason === 'PodCrashed'));
});
