import { keptCount } from '../keep-every.ts';
import type { Limits } from '../limits.ts';
import type { VideoPlace } from '../video-place.ts';
import { ScannedNumbers } from './picture-numbers.ts';
import { scanVideo } from './scan-video.ts';
import { type SplitOptions, splitVideo } from './split-video.ts';
import type { VideoScan } from './video-scan.ts';
import type { VideoSegment } from './video-segment.ts';

/** A video that several decoders can share. */
export interface SegmentedVideo {
  readonly scan: VideoScan;
  /** How many frames all segments give together, the failure at damage included; exact when `scan.exact`. */
  readonly count: number;
  /** The segments in order, the same at every call. */
  segments(): Generator<VideoSegment>;
}

/**
 * Scans a video and splits it at its seek points. It is one segment where decoders cannot start elsewhere than at its beginning, or its
 * first pictures show that its packets do not tell the truth.
 *
 * @throws {FacefleetError} FF1104, what the store of the place throws; the signal's reason when aborted
 */
export async function segmentVideo(
  place: VideoPlace,
  limits: Pick<Limits, 'maxPixels'>,
  options: SplitOptions,
  signal?: AbortSignal,
): Promise<SegmentedVideo> {
  const scanned = await scanVideo(place, limits, signal);
  const numbers = new ScannedNumbers(place, limits, scanned);
  await numbers.prove(signal);
  const scan = { ...scanned, points: numbers.points };
  const count = keptCount(scan.pictures, options.everyN) + (scan.damage === null ? 0 : 1);
  return { scan, count, segments: () => splitVideo(scan, options) };
}
