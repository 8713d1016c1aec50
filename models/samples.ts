import { cacheFolder } from './cache-folder.ts';
import { checkSamples, samplesFolder } from './cached-samples.ts';
import { SAMPLES } from './catalog/samples.ts';
import { type FetchProgress, fillCache, keyOf } from './fill-cache.ts';
import { inTurn } from './in-turn.ts';

export interface EnsureSamplesOptions {
  /** Default: `cacheFolder()`. */
  readonly folder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told before the photos are fetched. */
  readonly onFetch?: (() => void) | undefined;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
}

/**
 * The folder with the sample photos sample1.jpg … sample6.jpg, fetched when they are not in the cache.
 * @throws FacefleetError FF2002, FF2003, FF2005; the signal's reason when it aborts
 */
export async function ensureSamples(options: EnsureSamplesOptions = {}): Promise<string> {
  const folder = options.folder ?? cacheFolder();
  if (await checkSamples(folder)) return samplesFolder(folder);
  return await inTurn(`${folder} ${keyOf(SAMPLES)}`, async () => {
    if (await checkSamples(folder)) return samplesFolder(folder);
    options.onFetch?.();
    await fillCache('samples', SAMPLES, { ...options, folder });
    return samplesFolder(folder);
  });
}
