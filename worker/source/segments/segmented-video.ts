import { keptCount } from '../keep-every.ts';
import type { Limits } from '../limits.ts';
import type { VideoPlace } from '../video-place.ts';
import { ScannedNumbers } from './picture-numbers.ts';
import { scanPackets, scanVideo } from './scan-video.ts';
import { splitVideo } from './split-video.ts';
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

export interface SegmentOptions {
  /** See `SplitOptions`. */
  readonly everyN: number;
  /** See `SplitOptions`; by the number of pictures of the video. */
  framesPerSegment(pictures: number): number;
  /** Decode nothing: the video is one segment then. Default false. */
  readonly whole?: boolean;
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
  options: SegmentOptions,
  signal?: AbortSignal,
): Promise<SegmentedVideo> {
  const { everyN } = options;
  const scan = options.whole
    ? { ...(await scanPackets(place, limits, signal)).scan, exact: false, points: [] }
    : await provenScan(place, limits, signal);
  const split = { everyN, framesPerSegment: options.framesPerSegment(scan.pictures) };
  const count = keptCount(scan.pictures, everyN) + (scan.damage === null ? 0 : 1);
  return { scan, count, segments: () => splitVideo(scan, split) };
}

async function provenScan(
  place: VideoPlace,
  limits: Pick<Limits, 'maxPixels'>,
  signal: AbortSignal | undefined,
): Promise<VideoScan> {
  const scan = await scanVideo(place, limits, signal);
  const numbers = new ScannedNumbers(place, limits, scan);
  await numbers.prove(signal);
  return { ...scan, points: numbers.points };
}
