import { FacefleetError } from '../errors/facefleet-error.ts';
import { HashedMap } from '../formats/hashed-map.ts';
import type { AlignmentsEntry } from './alignments.ts';

/** Passes entries on. Throws FF1201 at the second one with the same key. @param where names the file */
export async function* uniqueKeys(
  entries: AsyncIterable<AlignmentsEntry>,
  where: string,
): AsyncGenerator<AlignmentsEntry> {
  const seen = new HashedMap();
  for await (const entry of entries) {
    const { key } = entry.frame;
    if (seen.get(key) !== undefined)
      throw new FacefleetError('FF1201', `${where}: ${key} stands there twice`);
    seen.set(key, 1);
    yield entry;
  }
}
