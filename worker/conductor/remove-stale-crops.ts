import { ALIGNMENTS_KEY } from '../formats/output-keys.ts';
import { partKey } from '../formats/part.ts';
import { resultHead } from '../formats/result-head.ts';
import type { Store } from '../store/store.ts';
import { cropsIn } from './remove-output.ts';
import { type Location, MERGED, type ResultIndex } from './result-index.ts';

const RECORDS_AT_ONCE = 16;

/**
 * Removes the crops that only records name which are left out of the result: of frames that the source has no more, that fail now,
 * or that have fewer faces than before. Files that no record names stay.
 */
export async function removeStaleCrops(store: Store, index: ResultIndex): Promise<void> {
  const { records, placedRecordOf } = index.unplaced();
  let batch: Location[] = [];
  const remove = async (at: Location): Promise<void> => {
    const line = await lineAt(store, at);
    const { key } = resultHead(line, nameOf(at));
    const kept = placedRecordOf(key);
    const stay = new Set(kept === undefined ? [] : cropsIn(await lineAt(store, kept), nameOf(kept)));
    for (const crop of cropsIn(line, nameOf(at))) if (!stay.has(crop)) await store.delete(crop);
  };
  for (const at of records) {
    if (batch.push(at) < RECORDS_AT_ONCE) continue;
    await Promise.all(batch.map(remove));
    batch = [];
  }
  await Promise.all(batch.map(remove));
}

async function lineAt(store: Store, { part, offset, length }: Location): Promise<Uint8Array> {
  return await store.get(nameOf({ part }), { offset, length: length - 1 });
}

function nameOf({ part }: Pick<Location, 'part'>): string {
  return part === MERGED ? ALIGNMENTS_KEY : partKey(part);
}
