import type { ExtractionStatus } from '../api/extraction-resource.ts';
import type { Plan } from '../plan/plan.ts';
import type { ConductorReport } from './observed.ts';
import type { Scene } from './scene.ts';
import { showProgress } from './show-progress.ts';
import type { StoredJob } from './stored-job.ts';
import { timeMs } from './time-text.ts';

type Progress = NonNullable<ExtractionStatus['progress']>;

/** Progress is written no more often than this, ms. */
const EVERY_MS = 5000;

/**
 * Takes what the conductor says of its progress into the status, every five seconds at most and only when a number changed.
 * @returns whether frames were finished since the last time
 */
export function takeProgress(
  job: StoredJob,
  pass: number,
  { observed: { conductor }, draft }: Scene,
): boolean {
  const { status } = draft;
  if (conductor === null || conductor.pass !== pass) return false;
  const { at, shown: _, ...before } = status.progress ?? NOTHING;
  const nextAtMs = (timeMs(at) ?? Number.NEGATIVE_INFINITY) + EVERY_MS;
  if (nextAtMs > draft.nowMs) {
    draft.lookAgainAt(nextAtMs);
    return false;
  }
  draft.lookAgainAt(draft.nowMs + EVERY_MS);
  const now = progressOf(conductor, job.plan);
  const pairs = Object.entries(now) as [keyof typeof now, number | null][];
  if (status.progress !== undefined && pairs.every(([name, value]) => before[name] === value)) return false;
  status.progress = { ...now, at: draft.nowText, shown: showProgress(now, pass, job.job.passes.length) };
  const current = status.passes?.find(({ index }) => index === pass);
  if (current !== undefined) current.frames = conductor.frames;
  return now.frames > before.frames;
}

const NOTHING: Progress = {
  total: null,
  frames: 0,
  carried: 0,
  faces: 0,
  failed: 0,
  framesPerSecond: null,
  etaSeconds: null,
};

function progressOf(report: ConductorReport, plan: Plan): Omit<Progress, 'at' | 'shown'> {
  const { total, frames, carried, faces, failed, framesPerSecond } = report;
  return {
    total,
    frames,
    carried,
    faces,
    failed,
    framesPerSecond: framesPerSecond === null ? null : Number(framesPerSecond.toPrecision(3)),
    etaSeconds: etaSeconds(report, plan),
  };
}

/** Of this pass by its rate now, of those after it as they were planned; null when not known. */
function etaSeconds(
  { pass, total, frames, framesPerSecond }: ConductorReport,
  { passes }: Plan,
): number | null {
  if (total === null || framesPerSecond === null || framesPerSecond <= 0) return null;
  const later = passes.slice(pass + 1).reduce((sum, one) => sum + total / one.framesPerSec, 0);
  const seconds = Math.max(0, total - frames) / framesPerSecond + later;
  return Number.isFinite(seconds) ? Math.round(seconds) : null;
}
