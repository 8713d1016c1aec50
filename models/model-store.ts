import { FacefleetError } from '../worker/errors/facefleet-error.ts';
import { openStore } from '../worker/store/open-store.ts';
import type { Store } from '../worker/store/store.ts';
import type { ModelStorePlace } from './cache-folder.ts';
import { type CachedModel, modelFile, placeConverted } from './cached-model.ts';
import type { CatalogModel } from './catalog/catalog-model.ts';
import { checkSha256 } from './check-sha256.ts';

/**
 * Opens a store of models. @param writes whether something is put there; otherwise a folder must exist
 * @throws FacefleetError FF2002 when it is a folder that is not there, FF5004; with `writes` FF4001
 */
export async function openModelStore(
  { address, endpoint }: ModelStorePlace,
  { writes = false } = {},
): Promise<Store> {
  const s3 = endpoint === undefined ? {} : { endpoint };
  return await translated(openStore(address, { readOnly: !writes, s3 }));
}

/**
 * A model's bytes from a store, checked; null when it is not there.
 * @throws FacefleetError FF2003 when they are not the catalogue's, and what the store throws; the signal's reason when it aborts
 */
export async function readStored(
  model: CatalogModel,
  store: Store,
  signal?: AbortSignal,
): Promise<Uint8Array | null> {
  const key = modelFile(model);
  const what = `${store.location}/${key}`;
  const found = await store.head(key);
  if (found === null) return null;
  // what is there may be of any size: no more of it is held than a model has
  if (found.bytes > model.onnxBytes) {
    const wanted = `${model.onnxSha256} of ${model.onnxBytes} bytes`;
    throw new FacefleetError('FF2003', `${what}: expected ${wanted}, found ${found.bytes} bytes`);
  }
  const bytes = await store.get(key, { length: model.onnxBytes, ...(signal && { signal }) });
  checkSha256(what, bytes, model.onnxSha256);
  return bytes;
}

/**
 * Puts a model from a store into the cache.
 * @throws FacefleetError FF2002 when the store fails, FF2003, FF2005, FF2006 when it is not there, FF4010, FF4011; the signal's reason
 */
export async function takeStored(
  model: CatalogModel,
  store: Store,
  folder: string,
  signal?: AbortSignal,
): Promise<CachedModel> {
  const bytes = await translated(readStored(model, store, signal));
  if (bytes === null) {
    // without an object a server does not tell whether there is a bucket; a listing does
    await translated(store.list(modelFile(model))[Symbol.asyncIterator]().next());
    throw new FacefleetError('FF2006', `${store.location}/${modelFile(model)}`);
  }
  return await placeConverted(model, bytes, folder);
}

/** What a store says of an output that cannot be read is said of a model. */
async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code !== 'FF4006') throw error;
    throw new FacefleetError('FF2002', error.detail, { cause: error });
  }
}
