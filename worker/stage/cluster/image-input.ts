import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { Frame } from '../../../proto/gen/facefleet/v1/frame_pb.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { FrameInput } from '../../source/source.ts';
import { checkKey } from '../../store/check-key.ts';
import type { Store } from '../../store/store.ts';

/** Media type of interleaved 8-bit RGB, rows without padding. */
const RAW_RGB = 'application/x-rgb';

/** Where references lead to. */
export interface ReferencedStores {
  readonly output: Store;
  /** A bucket, or the folder of a source of files. */
  readonly source:
    | { readonly kind: 'store'; readonly store: Store }
    | { readonly kind: 'folder'; readonly path: string };
}

/** What a stage decodes for a frame's message. */
export function imageInput(
  { key: name, image, width, height }: Frame,
  { output, source }: ReferencedStores,
): FrameInput {
  const size = image?.contentType === RAW_RGB ? { width, height } : null;
  const { place } = image ?? { place: { case: undefined } };
  if (place.case === 'inline') return { kind: 'bytes', name, size, read: async () => place.value };
  if (place.case === undefined) return failure(new FacefleetError('FF6007', `${name}: it has no image`));
  const { store: where, key, sha256 } = place.value;
  if (where === 'output')
    return { kind: 'bytes', name, size, read: () => readObject(output, key, name, sha256) };
  if (source.kind === 'store')
    return { kind: 'bytes', name, size, read: () => readObject(source.store, key, name, sha256) };
  try {
    checkKey(key);
  } catch {
    return failure(new FacefleetError('FF1007', `${name}: ${key}`));
  }
  return { kind: 'file', path: join(source.path, key) };
}

function failure(error: FacefleetError): FrameInput {
  return { kind: 'failure', error };
}

/**
 * An object that is a frame's image.
 * @throws FacefleetError FF1006 when it is not there, which is the frame's fault; what the store fails with otherwise is not
 */
async function readObject(store: Store, key: string, name: string, sha256: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await store.get(key);
  } catch (error) {
    if (error instanceof FacefleetError && error.code === 'FF4006' && (await store.head(key)) === null)
      throw new FacefleetError('FF1006', `${name}: ${error.detail}`, { cause: error });
    throw error;
  }
  if (sha256 !== '' && hash('sha256', bytes) !== sha256)
    throw new FacefleetError('FF1006', `${name}: its sha256 is another one`);
  return bytes;
}
