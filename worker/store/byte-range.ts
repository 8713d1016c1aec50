import { FacefleetError } from '../errors/facefleet-error.ts';
import type { GetOptions } from './store.ts';

/**
 * The part of an object of `bytes` bytes that a get asks for, clipped to the object.
 * Throws FF4006 for an offset or length that is negative or no integer.
 */
export function byteRange(
  key: string,
  bytes: number,
  { offset = 0, length = bytes }: GetOptions,
): { readonly start: number; readonly end: number } {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new FacefleetError('FF4006', `${key}: no such range: offset ${offset}, length ${length}`);
  }
  const start = Math.min(offset, bytes);
  return { start, end: Math.min(start + length, bytes) };
}
