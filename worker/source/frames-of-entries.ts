import { FacefleetError } from '../errors/facefleet-error.ts';
import { fileVersion } from './file-version.ts';
import { keptCount } from './keep-every.ts';
import type { FrameInput, FramesOptions, Source, SourceFrame, SourceKind } from './source.ts';

/** A source whose entries are known beforehand: a folder, a list, a single image. */
export interface EntrySource {
  readonly kind: SourceKind;
  readonly name: string;
  /** Where it is, for messages. */
  readonly path: string;
  /** What was passed over; see `Source.skipped`. */
  readonly skipped: number;
  /** Number of sub-folders that were not searched. */
  readonly unsearched?: number;
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
  const { kind, name, path, skipped, entryCount, everyN } = entries;
  if (entryCount === 0)
    throw new FacefleetError('FF1102', path + passedOver(skipped, entries.unsearched ?? 0));
  let closed = false;
  async function* frames({
    signal,
    isDone,
    admit,
  }: FramesOptions = {}): AsyncGenerator<SourceFrame, void, undefined> {
    const count = keptCount(entryCount, everyN);
    for (let index = 0; index < count; index++) {
      signal?.throwIfAborted();
      if (closed) return;
      const position = index * everyN;
      const key = entries.keyOf(position);
      const input = await entries.inputOf(position);
      const version = input.kind === 'file' ? await fileVersion(input.path) : undefined;
      const head = { index, key, ...(version === undefined ? {} : { version }) };
      if (isDone?.(head)) continue;
      const error = input.kind === 'failure' ? null : (admit?.(key) ?? null);
      yield { ...head, input: error === null ? input : { kind: 'failure', error } };
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

function passedOver(files: number, folders: number): string {
  const parts = [
    ...(files > 0 ? [`${files} other file${files === 1 ? '' : 's'}`] : []),
    ...(folders > 0 ? [`${folders} folder${folders === 1 ? '' : 's'} not searched`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
