import { readFile } from 'node:fs/promises';
import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';
import type { Store } from '../worker/store/store.ts';
import { modelFile } from './cached-model.ts';
import { checkSha256 } from './check-sha256.ts';
import { type EnsureOptions, ensureModel, findModel } from './ensure-model.ts';
import { readStored } from './model-store.ts';

export interface PushOptions extends Omit<EnsureOptions, 'store'> {
  /** Put it over an object of its name that has other bytes. */
  readonly replace?: boolean | undefined;
}

/** What became of a model that was pushed. */
export interface PushedModel {
  readonly model: string;
  /** In the store. */
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly result: 'put' | 'there' | 'replaced';
}

/**
 * Puts a model into a store; one that is there already, with the right bytes, is neither fetched nor put.
 * @throws FacefleetError FF2001 to FF2005, FF2003 also when the store holds other bytes and they are not to be replaced, and what the store throws
 */
export async function pushModel(name: string, store: Store, options: PushOptions = {}): Promise<PushedModel> {
  const { replace = false, signal, ...rest } = options;
  const model = findModel(name);
  const key = modelFile(model);
  const pushed = (result: PushedModel['result']): PushedModel => {
    return { model: name, key, bytes: model.onnxBytes, sha256: model.onnxSha256, result };
  };
  const isThere = async (): Promise<boolean | 'damaged'> => {
    try {
      return (await readStored(model, store, signal)) !== null;
    } catch (error) {
      if (replace && error instanceof FacefleetError && error.code === 'FF2003') return 'damaged';
      throw error;
    }
  };
  const before = await isThere();
  if (before === true) return pushed('there');
  const { path } = await ensureModel(name, { ...rest, signal, store: null });
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new FacefleetError('FF2005', `${path}: ${errorText(error)}`, { cause: error });
  });
  checkSha256(path, bytes, model.onnxSha256);
  const put = { durable: true, ...(signal && { signal }) };
  if (before === 'damaged') {
    await store.put(key, bytes, put);
    return pushed('replaced');
  }
  if (await store.putIfAbsent(key, bytes, put)) return pushed('put');
  // somebody else was faster
  await readStored(model, store, signal);
  return pushed('there');
}
