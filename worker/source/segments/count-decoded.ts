import { FacefleetError } from '../../errors/facefleet-error.ts';
import { decodePictures } from '../decode-pictures.ts';
import type { Limits } from '../limits.ts';
import { openVideoFile } from '../video-file.ts';
import type { VideoPlace } from '../video-place.ts';
import { PointLost, type SeekPoint } from './seek-point.ts';

/**
 * Decodes a stretch of a video to count its pictures.
 *
 * @param from null: the beginning
 * @param to null: the end, or damage
 * @returns null when damage comes before `to`, or `from` is not found again
 * @throws {FacefleetError} FF1104, and what the store of the place throws; the signal's reason when aborted
 */
export async function countDecoded(
  place: VideoPlace,
  limits: Pick<Limits, 'maxPixels'>,
  from: SeekPoint | null,
  to: SeekPoint | null,
  signal?: AbortSignal,
): Promise<number | null> {
  const file = await openVideoFile(place, limits);
  let count = 0;
  try {
    for await (const { pts } of decodePictures(file, { from, signal })) {
      signal?.throwIfAborted();
      if (to !== null && pts >= BigInt(to.pts)) return count;
      count += 1;
    }
    return to === null ? count : null;
  } catch (thrown) {
    if (thrown instanceof PointLost) return null;
    if (!(thrown instanceof FacefleetError) || thrown.code !== 'FF1011') throw thrown;
    return to === null ? count : null;
  } finally {
    await file.close();
  }
}
