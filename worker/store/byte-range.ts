import { FacefleetError } from '../errors/facefleet-error.ts';
import type { GetOptions } from './store.ts';

/**
 * The part of an object of `bytes` bytes that a get asks for, clipped to the object.
 * Throws FF4006 for an offset or length that is negative or no integer.
 */
export function byteRange(
  key: string,
  bytes: number,
  options: GetOptions,
): { readonly start: number; readonly end: number } {
  const { offset, length } = wantedRange(key, options);
  const start = Math.min(offset, bytes);
  return { start, end: Math.min(start + length, bytes) };
}

/**
 * The range that a get asks for with defaults filled in; `length` is Infinity for all that follows.
 * Throws FF4006 for an offset or length that is negative or no integer.
 */
export function wantedRange(
  key: string,
  { offset = 0, length }: GetOptions,
): { readonly offset: number; readonly length: number } {
  const wrong = (value: number): boolean => !Number.isSafeInteger(value) || value < 0;
  if (wrong(offset) || (length !== undefined && wrong(length))) {
    throw new FacefleetError('FF4006', `${key}: no such range: offset ${offset}, length ${length}`);
  }
  return { offset, length: length ?? Number.POSITIVE_INFINITY };
}
