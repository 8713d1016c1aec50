import { decodeExtraction, EXTRACTION_KEY } from '../formats/extraction-file.ts';
import type { Store } from '../store/store.ts';

/**
 * Whether the extraction with this uid is complete, as its output says: for workers that start when nobody is there any more to tell.
 * @param store of the output
 * @throws FacefleetError FF4005, FF4006
 */
export async function jobIsDone(store: Store, extraction: string): Promise<boolean> {
  if ((await store.head(EXTRACTION_KEY)) === null) return false;
  const { state, plan } = decodeExtraction(await store.get(EXTRACTION_KEY), EXTRACTION_KEY);
  if (state !== 'complete' || plan === null || typeof plan !== 'object') return false;
  return (plan as { readonly extraction?: unknown }).extraction === extraction;
}
