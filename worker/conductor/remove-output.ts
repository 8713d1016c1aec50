import { FacefleetError } from '../errors/facefleet-error.ts';
import { EXTRACTION_KEY } from '../formats/extraction-file.ts';
import { stemOfCrop } from '../formats/face-stem.ts';
import { readLines } from '../formats/json-lines.ts';
import { ALIGNMENTS_KEY, FAILURES_KEY, FSA_KEY, VERSIONS_KEY } from '../formats/output-keys.ts';
import { partKey } from '../formats/part.ts';
import { resultHead } from '../formats/result-head.ts';
import { keyFault } from '../store/check-key.ts';
import type { Store } from '../store/store.ts';
import { deleteParts, partNumbers } from './load-results.ts';

const DELETES_AT_ONCE = 16;

/**
 * Removes what an extraction wrote: the crops that its records name, its records, and extraction.json at last, so that a kill
 * leaves something to go on from. Everything else stays. Damaged records do not stop it; the crops that they name stay.
 */
export async function removeOutput(store: Store): Promise<void> {
  const parts = await partNumbers(store);
  for (const key of [ALIGNMENTS_KEY, ...parts.map((part) => partKey(part))]) await removeCrops(store, key);
  await deleteParts(store, parts);
  for (const key of [ALIGNMENTS_KEY, FSA_KEY, FAILURES_KEY, VERSIONS_KEY, EXTRACTION_KEY])
    await store.delete(key);
}

async function removeCrops(store: Store, records: string): Promise<void> {
  try {
    for await (const lines of readLines(store, records)) {
      const crops = lines.flatMap(({ bytes }) => cropsIn(bytes, records));
      for (let i = 0; i < crops.length; i += DELETES_AT_ONCE) {
        await Promise.all(crops.slice(i, i + DELETES_AT_ONCE).map((crop) => store.delete(crop)));
      }
    }
  } catch (error) {
    if (!(error instanceof FacefleetError && error.code === 'FF4005')) throw error;
  }
}

/** The crops of a record that stands in `where`, if the line is one and they are keys that a run gives to crops. */
export function cropsIn(line: Uint8Array, where: string): readonly string[] {
  try {
    return resultHead(line, where).crops.filter((crop) => stemOfCrop(crop) !== null && keyFault(crop) === '');
  } catch (error) {
    if (error instanceof FacefleetError) return [];
    throw error;
  }
}
