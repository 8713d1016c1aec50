import { FacefleetError } from '../errors/facefleet-error.ts';

/** Whether the source position `position` (0-based) is kept when every n-th is: 0, n, 2n, … */
export function isKept(position: number, everyN: number): boolean {
  return position % everyN === 0;
}

/** How many of `total` positions are kept. */
export function keptCount(total: number, everyN: number): number {
  return Math.ceil(total / everyN);
}

/** @throws {FacefleetError} FF5001 unless `everyN` is a whole number from 1 */
export function checkEveryN(everyN: number): void {
  if (!Number.isSafeInteger(everyN) || everyN < 1)
    throw new FacefleetError('FF5001', `--every-n takes whole numbers from 1, not ${everyN}`);
}
