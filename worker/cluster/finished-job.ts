import { decodeExtraction, EXTRACTION_KEY, type ExtractionFile } from '../formats/extraction-file.ts';
import type { Store } from '../store/store.ts';

/**
 * What the output says of the extraction with this uid once it is complete, else null: for processes that start when nobody is there
 * any more to tell.
 * @param store of the output
 * @throws FacefleetError FF4005, FF4006
 */
export async function finishedJob(store: Store, extraction: string): Promise<ExtractionFile | null> {
  if ((await store.head(EXTRACTION_KEY)) === null) return null;
  const file = decodeExtraction(await store.get(EXTRACTION_KEY), EXTRACTION_KEY);
  const { state, plan } = file;
  if (state !== 'complete' || plan === null || typeof plan !== 'object') return null;
  return (plan as { readonly extraction?: unknown }).extraction === extraction ? file : null;
}
