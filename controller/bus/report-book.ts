import { fromBinary } from '@bufbuild/protobuf';
import { type Control, ControlSchema } from '../../proto/gen/facefleet/v1/control_pb.ts';
import type { ConductorReport } from '../reconcile/observed.ts';

/** What is heard of a conductor. */
export interface Heard {
  /** uid of the Extraction: that of the job without its revision. */
  readonly uid: string;
  /** Whether it says something that was not known: that it is there (again), or another pass. */
  readonly news: boolean;
}

/** Silence for so long, and the next word is news again. */
const SILENT_MS = 10_000;
const FORGET_MS = 600_000;

/** The newest report of each job. Pure. */
export class ReportBook {
  readonly #reports = new Map<string, ConductorReport>();
  #sweptMs = 0;

  get size(): number {
    return this.#reports.size;
  }

  /** @param job uid of the job; that of an extraction, with `-r<n>` after it for later plans */
  of(job: string): ConductorReport | null {
    return this.#reports.get(job) ?? null;
  }

  /** Conductors that were heard of lately. */
  alive(nowMs: number): number {
    let count = 0;
    for (const { heardAtMs } of this.#reports.values()) if (nowMs - heardAtMs < SILENT_MS) count += 1;
    return count;
  }

  /** Takes in a message (`Control`). @returns null when it is none */
  hear(payload: Uint8Array, nowMs: number): Heard | null {
    const control = decoded(payload);
    if (control === null || control.extraction === '') return null;
    const { extraction: job, pass, progress } = control;
    const before = this.#reports.get(job);
    this.#reports.set(job, {
      // until a conductor has looked at what is done, what was known holds
      ...(before ?? NOTHING),
      ...(progress && {
        total: progress.total ?? null,
        frames: progress.frames,
        carried: progress.carried,
        faces: progress.faces,
        failed: progress.failed,
        framesPerSecond: progress.framesPerSecond ?? null,
      }),
      pass,
      heardAtMs: nowMs,
    });
    this.#sweep(nowMs);
    const news = before === undefined || before.pass !== pass || nowMs - before.heardAtMs > SILENT_MS;
    return { uid: job.replace(/-r\d+$/, ''), news };
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < FORGET_MS / 10) return;
    this.#sweptMs = nowMs;
    for (const [job, { heardAtMs }] of this.#reports)
      if (nowMs - heardAtMs > FORGET_MS) this.#reports.delete(job);
  }
}

const NOTHING = { total: null, frames: 0, carried: 0, faces: 0, failed: 0, framesPerSecond: null };

function decoded(payload: Uint8Array): Control | null {
  try {
    return fromBinary(ControlSchema, payload);
  } catch {
    return null;
  }
}
