import { FacefleetError } from '../errors/facefleet-error.ts';
import { keptCount } from './keep-every.ts';
import type { FrameInput, Source, SourceFrame, SourceKind } from './source.ts';

/** A source whose entries are known beforehand: a folder, a list, a single image. */
export interface EntrySource {
  readonly kind: SourceKind;
  readonly name: string;
  /** What was passed over; see `Source.skipped`. */
  readonly skipped: number;
  readonly entryCount: number;
  readonly everyN: number;
  keyOf(position: number): string;
  /** Examines one entry when its turn comes. */
  inputOf(position: number): Promise<FrameInput>;
}

/**
 * A {@link Source} over known entries.
 *
 * @throws {FacefleetError} FF1102 when there is no entry
 */
export function framesOfEntries(entries: EntrySource): Source {
  const { kind, name, skipped, entryCount, everyN } = entries;
  if (entryCount === 0)
    throw new FacefleetError('FF1102', skipped > 0 ? `${name} (${skipped} other files)` : name);
  let closed = false;
  async function* frames(
    signal?: AbortSignal,
    isDone: (index: number) => boolean = () => false,
  ): AsyncGenerator<SourceFrame, void, undefined> {
    const count = keptCount(entryCount, everyN);
    for (let index = 0; index < count; index++) {
      signal?.throwIfAborted();
      if (closed) return;
      if (isDone(index)) continue;
      const position = index * everyN;
      yield { index, key: entries.keyOf(position), input: await entries.inputOf(position) };
    }
  }
  return {
    kind,
    name,
    skipped,
    count: keptCount(entryCount, everyN),
    frames,
    close: async () => {
      closed = true;
    },
  };
}
