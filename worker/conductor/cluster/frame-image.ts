import { create } from '@bufbuild/protobuf';
import { type Content, ContentSchema } from '../../../proto/gen/facefleet/v1/content_pb.ts';
import { tmpPrefix } from '../../cluster/claim-check.ts';
import type { Job } from '../../cluster/job.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { readRegularFile } from '../../source/read-regular-file.ts';
import type { Store } from '../../store/store.ts';
import type { RgbImage } from '../../vision/types.ts';
import type { ImageAt } from './cluster-source.ts';

/** Media type of images whose format the reader finds out, and of interleaved 8-bit RGB. */
const ENCODED = 'application/octet-stream';
export const RAW_RGB = 'application/x-rgb';

export interface ImagePlace {
  readonly job: Job;
  /** The output, for what neither fits a message nor is in reach of the workers. */
  readonly store: Store;
  /** Largest image that rides in a message, bytes; 0 = none. */
  readonly inlineBytes: number;
}

/**
 * How the image of a frame travels: in the message when it fits, else as a reference to the source where the workers see that, else by
 * a copy in the output.
 * @throws FacefleetError FF1004 when it has too many bytes, FF1005, FF1006 when a file cannot be read, FF4001 when the copy cannot be written
 */
export async function imageContent(
  image: Exclude<ImageAt, { kind: 'failure' }>,
  index: number,
  { job, store, inlineBytes }: ImagePlace,
): Promise<Content> {
  const { extraction } = job;
  if (image.kind === 'object') {
    const { maxBytes } = job.spec.limits;
    if (image.bytes > maxBytes)
      throw new FacefleetError('FF1004', `${image.key} has ${image.bytes} bytes, the limit is ${maxBytes}`);
    return reference('source', image.key, image.bytes, ENCODED);
  }
  const place = { extraction, store, inlineBytes };
  if (image.kind === 'pixels') return await placeImage(pixelBytes(image.image), RAW_RGB, index, place);
  const shared = job.source.shared && image.key !== null;
  if (shared && inlineBytes === 0) return reference('source', image.key, 0, ENCODED);
  const bytes = await readRegularFile(image.path, job.spec.limits.maxBytes);
  if (shared && bytes.length > inlineBytes) return reference('source', image.key, bytes.length, ENCODED);
  return await placeImage(bytes, ENCODED, index, place);
}

/**
 * The image of a frame in its message where it fits, otherwise as a copy in the output.
 * @throws FacefleetError FF4001 when the copy cannot be written
 */
export async function placeImage(
  content: Uint8Array,
  contentType: string,
  index: number,
  { extraction, store, inlineBytes }: Pick<ImagePlace, 'store' | 'inlineBytes'> & { extraction: string },
): Promise<Content> {
  if (content.length > inlineBytes) {
    const key = copyKey(extraction, index);
    await store.put(key, content);
    return reference('output', key, content.length, contentType);
  }
  const place = { case: 'inline', value: content } as const;
  return create(ContentSchema, { place, contentType, sizeBytes: content.length });
}

/** Key of the copy of a frame's image in the output. */
export function copyKey(extraction: string, index: number): string {
  return `${tmpPrefix(extraction)}image-${index}`;
}

function reference(store: string, key: string, sizeBytes: number, contentType: string): Content {
  return create(ContentSchema, {
    place: { case: 'reference', value: { store, key, sha256: '' } },
    contentType,
    sizeBytes,
  });
}

/** Pixels in memory of their own: shared memory cannot be sent. */
export function pixelBytes({ data }: RgbImage): Uint8Array {
  return Uint8Array.from(data);
}
