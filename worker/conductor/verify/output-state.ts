import { FacefleetError } from '../../errors/facefleet-error.ts';
import { decodeExtraction, EXTRACTION_KEY, type ExtractionFile } from '../../formats/extraction-file.ts';
import { ALIGNMENTS_KEY, FAILURES_KEY } from '../../formats/output-keys.ts';
import { PARTS_PREFIX } from '../../formats/part.ts';
import type { Store } from '../../store/store.ts';
import type { Holder, OutputPlace } from './output-place.ts';

/**
 * How far an extraction is. `running`: a run is at work, or nobody can tell that it is not. `killed`: the last run ended without
 * a word. `unknown`: extraction.json does not say.
 */
export type OutputState = 'complete' | 'interrupted' | 'running' | 'killed' | 'unknown';

/** What an output says of itself at one moment. */
export interface Snapshot {
  readonly state: OutputState;
  /** Null when it is missing or damaged. */
  readonly extraction: ExtractionFile | null;
  /** The error of a damaged extraction.json. */
  readonly damage: FacefleetError | null;
  /** Who holds the output; null when nobody does. */
  readonly holder: Holder | null;
  /** extraction.json byte for byte; empty when there is none. */
  readonly bytes: Uint8Array;
}

/**
 * @throws FacefleetError FF4013 when there is no extraction at all, FF4002 for an output of another version, FF4006 when the store
 * cannot be read
 */
export async function takeSnapshot({ store, holder: holderOf }: OutputPlace): Promise<Snapshot> {
  const bytes = await extractionBytes(store);
  if (bytes.length === 0 && !(await hasResults(store))) {
    throw new FacefleetError('FF4013', store.location);
  }
  // asked after extraction.json was read: a run that has ended since then was at work
  const holder = await holderOf();
  const { extraction, damage } = decoded(bytes);
  return { state: stateOf(extraction, holder), extraction, damage, holder, bytes };
}

/** Whether extraction.json is still what it was. */
export async function isUnchanged(store: Store, { bytes }: Snapshot): Promise<boolean> {
  return Buffer.from(await extractionBytes(store)).equals(bytes);
}

function stateOf(extraction: ExtractionFile | null, holder: Holder | null): OutputState {
  if (extraction === null) return 'unknown';
  if (extraction.state !== 'running') return extraction.state;
  return holder !== null && holder.isAlive !== false ? 'running' : 'killed';
}

async function extractionBytes(store: Store): Promise<Uint8Array> {
  return (await store.head(EXTRACTION_KEY)) === null ? new Uint8Array(0) : await store.get(EXTRACTION_KEY);
}

async function hasResults(store: Store): Promise<boolean> {
  for (const key of [ALIGNMENTS_KEY, FAILURES_KEY]) if (await store.head(key)) return true;
  for await (const _ of store.list(PARTS_PREFIX)) return true;
  return false;
}

function decoded(bytes: Uint8Array): Pick<Snapshot, 'extraction' | 'damage'> {
  if (bytes.length === 0) return { extraction: null, damage: null };
  try {
    return { extraction: decodeExtraction(bytes, EXTRACTION_KEY), damage: null };
  } catch (error) {
    if (error instanceof FacefleetError && error.code === 'FF4005')
      return { extraction: null, damage: error };
    throw error;
  }
}
