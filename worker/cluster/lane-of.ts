import type { WorkerPlan } from './job.ts';

/** Which worker of a job a process is; all 0-based. */
export interface WorkerPlace {
  readonly pass: number;
  readonly stage: number;
  readonly replica: number;
}

/** The name of a worker, which is that of its lane: `p0-s1-r2`. */
export function laneOf({ pass, stage, replica }: WorkerPlace): string {
  return `p${pass}-s${stage}-r${replica}`;
}

/** Places of a worker's lane: what it works on, and exactly one frame that waits. */
export function slotsOf({ framesInWork }: Pick<WorkerPlan, 'framesInWork'>): number {
  return framesInWork + 1;
}

/** The name of a decode worker, which is that of its lane: `d2`. */
export function decodeLaneOf(replica: number): string {
  return `d${replica}`;
}

/** Places of a decode worker's lane: a segment in work, and one that waits. */
export const DECODE_SLOTS = 2;

/** Whether a pass uses a lane: its workers' own, and those of results and of decode workers, which serve all passes. */
export function isLaneOfPass(lane: string, pass: number): boolean {
  const own = /^p(\d+)-/.exec(lane)?.[1];
  return own === undefined || Number(own) === pass;
}
