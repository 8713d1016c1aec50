import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';
import { cacheFolder } from './cache-folder.ts';
import type { CatalogModel } from './catalog/catalog-model.ts';
import { checkSha256 } from './check-sha256.ts';
import { placeFile } from './place-file.ts';

/** A model that lies in the cache with the right bytes. */
export interface CachedModel {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
}

/** Name of a model's file in caches and stores. It holds the start of its sha256, so versions do not meet. */
export function modelFile({ name, onnxSha256 }: CatalogModel): string {
  return `${name}-${onnxSha256.slice(0, 12)}.onnx`;
}

/** Where a model's file is, or will be. */
export function modelPath(model: CatalogModel, folder = cacheFolder()): string {
  return join(folder, modelFile(model));
}

/** Files whose bytes this process has hashed, with what would change if they were written again. */
const checked = new Map<string, string>();

/**
 * The model in the cache, or null when it is not there. A file is hashed once per process, again only when it was changed.
 * @throws FacefleetError FF2003 when the file is not what the catalogue says, FF2005 when it cannot be read
 */
export async function checkCached(model: CatalogModel, folder = cacheFolder()): Promise<CachedModel | null> {
  const path = modelPath(model, folder);
  const cached = { name: model.name, path, sha256: model.onnxSha256 };
  try {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    const state = `${model.onnxSha256} ${size} ${mtimeNs} ${ino}`;
    if (checked.get(path) === state) return cached;
    checkSha256(path, await readFile(path), model.onnxSha256);
    checked.set(path, state);
    return cached;
  } catch (error) {
    if (error instanceof FacefleetError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new FacefleetError('FF2005', `${path}: ${errorText(error)}`, { cause: error });
  }
}

/**
 * Converts a model's raw files and puts the result into the cache.
 * @param files in the order of the model's source
 * @throws FacefleetError FF2003 when the outcome is not the catalogue's, FF2004, FF2005
 */
export async function placeModel(
  model: CatalogModel,
  files: readonly Uint8Array[],
  folder = cacheFolder(),
): Promise<CachedModel> {
  let onnx: Uint8Array;
  try {
    onnx = await model.convert(files);
  } catch (error) {
    throw new FacefleetError('FF2004', `${model.name}: ${errorText(error)}`, { cause: error });
  }
  return await placeConverted(model, onnx, folder);
}

/**
 * Puts a converted model into the cache.
 * @throws FacefleetError FF2003 when it is not the catalogue's, FF2005
 */
export async function placeConverted(
  model: CatalogModel,
  onnx: Uint8Array,
  folder = cacheFolder(),
): Promise<CachedModel> {
  const path = modelPath(model, folder);
  checkSha256(model.name, onnx, model.onnxSha256);
  await placeFile(path, onnx);
  return { name: model.name, path, sha256: model.onnxSha256 };
}
