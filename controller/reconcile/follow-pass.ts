import type { ExtractionStatus } from '../api/extraction-resource.ts';
import type { ConductorReport } from './observed.ts';
import type { Scene } from './scene.ts';
import type { StoredJob } from './stored-job.ts';
import { timeMs } from './time-text.ts';

/**
 * A conductor that starts again runs through the passes that are done before it comes to the one that it left. Only when it says an earlier
 * one for so long there is work for that one's workers again, ms.
 */
const GOES_BACK_AFTER_MS = 30_000;

type PassStatus = NonNullable<ExtractionStatus['passes']>[number];

/** Which pass's workers are to run; null while that is not known: then none are started, and those that run are left alone. */
export interface CurrentPass {
  readonly pass: number | null;
  /** Whether the conductor said so. */
  readonly isHeard: boolean;
}

/** Follows what the conductor says, and keeps the passes of the status. */
export function followPass(job: StoredJob, scene: Scene): CurrentPass {
  const { observed, draft } = scene;
  const { status } = draft;
  const { passes } = job.job;
  const report =
    observed.conductor !== null && observed.conductor.pass < passes.length ? observed.conductor : null;
  const before = status.passes ?? [];
  const all = passes.map(
    (_, index): PassStatus =>
      before.find((one) => one.index === index) ?? {
        index,
        state: 'Waiting',
        workers: 0,
        ready: 0,
        frames: 0,
      },
  );
  status.passes = all;
  if (report === null) {
    // the workers of the first pass start together with the conductor
    return { pass: (status.pass ?? 0) === 0 ? 0 : null, isHeard: false };
  }
  const { pass } = report;
  if (status.pass !== undefined && pass < status.pass && !hasGoneBack(all, report, scene))
    return { pass: null, isHeard: true };
  if (status.pass !== pass) {
    status.pass = pass;
    draft.tell('Normal', 'PassStarted', `pass ${pass + 1} of ${passes.length}`);
  }
  for (const one of all) {
    if (one.index < pass) end(one, report, scene);
    else if (one.index === pass) begin(one, scene);
    else reset(one);
  }
  return { pass, isHeard: true };
}

/** Whether the conductor has been in an earlier pass for so long that it works on it. */
function hasGoneBack(all: PassStatus[], report: ConductorReport, scene: Scene): boolean {
  const { draft } = scene;
  const { pass } = report;
  for (const one of all) {
    if (one.index === pass) begin(one, scene);
    else if (one.index < draft.status.pass!) end(one, report, scene);
  }
  const backAtMs = (timeMs(all[pass]!.startedAt) ?? draft.nowMs) + GOES_BACK_AFTER_MS;
  draft.lookAgainAt(backAtMs);
  return backAtMs <= draft.nowMs;
}

function begin(one: PassStatus, { draft }: Scene): void {
  if (one.state === 'Running') return;
  one.state = 'Running';
  one.startedAt = draft.nowText;
  delete one.finishedAt;
}

function end(one: PassStatus, { total }: ConductorReport, { draft }: Scene): void {
  if (one.state === 'Done') return;
  one.frames = total ?? one.frames;
  one.state = 'Done';
  one.startedAt ??= draft.nowText;
  one.finishedAt = draft.nowText;
}

function reset(one: PassStatus): void {
  one.state = 'Waiting';
  delete one.startedAt;
  delete one.finishedAt;
}
