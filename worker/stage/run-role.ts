import { asFacefleetError, FacefleetError } from '../errors/facefleet-error.ts';
import { type Channel, TIMED_OUT } from './channel.ts';
import type { FrameInWork } from './frame-in-work.ts';
import { Semaphore } from './semaphore.ts';

/** How long a batch that is not full waits for the next frame. */
const LINGER_MS = 20;

/** One role of a stage as the runner sees it. A unit is what the role batches: a frame, or a face of a frame. */
export interface RoleWork<Unit> {
  readonly role: string;
  /** Named in failures; null for roles that are no plugin. */
  readonly plugin: string | null;
  readonly batch: number;
  /** Batches in work at once. */
  readonly concurrency: number;
  units(frame: FrameInWork): Unit[];
  run(units: readonly Unit[]): Promise<void>;
}

interface UnitInWork<Unit> {
  readonly frame: FrameInWork;
  readonly unit: Unit;
}

/**
 * Moves frames from `input` to `output`, doing the role's work on them in batches that reach across frames. A frame goes on when its
 * last unit is done; one without units goes on at once. A failing batch is taken apart and each unit tried once more alone; what still
 * fails marks its frame. Closes `output` at the end.
 * @throws FacefleetError whose scope is the process or the job
 */
export async function runRole<Unit>(
  work: RoleWork<Unit>,
  input: Channel<FrameInWork>,
  output: Channel<FrameInWork>,
): Promise<void> {
  const places = new Semaphore(work.concurrency);
  const running = new Set<Promise<void>>();
  let fatal: { error: unknown } | null = null;
  let waiting: UnitInWork<Unit>[] = [];

  const start = async (): Promise<void> => {
    const batch = waiting.slice(0, work.batch);
    waiting = waiting.slice(work.batch);
    await places.acquire();
    const job = runBatch(work, batch)
      .then(() => passOn(batch, output))
      .catch((error: unknown) => {
        fatal ??= { error };
        // nothing may ever come there to be waited for: a lane gives no more while these frames are in work
        input.fail(error);
      })
      .finally(() => {
        running.delete(job);
        places.release();
      });
    running.add(job);
  };

  while (fatal === null) {
    const frame = waiting.length > 0 ? await input.takeWithin(LINGER_MS) : await input.take();
    if (frame === undefined) break;
    if (frame === TIMED_OUT) {
      await start();
      continue;
    }
    const units = frame.error === null ? work.units(frame) : [];
    frame.pendingUnits = units.length;
    if (units.length === 0) await output.put(frame);
    for (const unit of units) waiting.push({ frame, unit });
    while (waiting.length >= work.batch) await start();
  }
  while (waiting.length > 0 && fatal === null) await start();
  await Promise.all(running);
  if (fatal !== null) throw (fatal as { error: unknown }).error;
  output.close();
}

async function passOn<Unit>(batch: readonly UnitInWork<Unit>[], output: Channel<FrameInWork>): Promise<void> {
  for (const { frame } of batch) {
    frame.pendingUnits -= 1;
    if (frame.pendingUnits === 0) await output.put(frame);
  }
}

async function runBatch<Unit>(work: RoleWork<Unit>, batch: readonly UnitInWork<Unit>[]): Promise<void> {
  try {
    await work.run(batch.map(({ unit }) => unit));
    return;
  } catch (error) {
    throwUnlessOfFrame(error);
    const [only, another] = batch;
    if (only && !another && error instanceof FacefleetError && error.retry === 'never') {
      only.frame.error ??= error;
      only.frame.failedPlugin ??= work.plugin;
      return;
    }
  }
  for (const { frame, unit } of batch) {
    try {
      await work.run([unit]);
    } catch (error) {
      throwUnlessOfFrame(error);
      frame.error ??= asFacefleetError(error, 'FF3003', `${work.plugin ?? work.role} on ${frame.key}`);
      frame.failedPlugin ??= work.plugin;
    }
  }
}

function throwUnlessOfFrame(error: unknown): void {
  if (error instanceof FacefleetError && error.scope !== 'frame') throw error;
}
