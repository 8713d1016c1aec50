import { FacefleetError } from '../errors/facefleet-error.ts';

/** The largest number in a record: far beyond any image, and still exact to six decimals. */
export const MAX_MAGNITUDE = 1e9;

const SCALES = [1, 10, 100, 1000, 1e4, 1e5, 1e6];

/**
 * `value` to `decimals` places (0 to 6; halves towards +∞), as a number that JSON writes with at most so many, and never -0.
 * Throws FF3003 when it is NaN or beyond ±1e9: a plugin made it.
 * @param what names the field in the error
 */
export function roundDecimals(value: number, decimals: number, what: string): number {
  if (!(Math.abs(value) <= MAX_MAGNITUDE)) throw new FacefleetError('FF3003', `${what} is ${value}`);
  const scale = SCALES[decimals] ?? Number.NaN;
  return Math.round(value * scale) / scale || 0;
}
