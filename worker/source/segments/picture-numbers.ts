import type { Limits } from '../limits.ts';
import type { VideoPlace } from '../video-place.ts';
import { countDecoded } from './count-decoded.ts';
import type { SeekPoint } from './seek-point.ts';
import { MAX_COUNTED } from './settle-count.ts';
import type { VideoScan } from './video-scan.ts';

/** In a shorter video nothing is left out or shared: to make sure of its points would cost as much. */
export const LONG_PICTURES = 500;

/** What a reader of pictures holds against what the decoder gives. */
export interface PictureNumbers {
  /** Ascending; may be a part of the video's points. */
  readonly points: readonly SeekPoint[];
  /** How many pictures the video has; null when that is not sure. */
  readonly end: number | null;
  /** Whether the points can be relied on. When not, `points` is empty from then on. */
  prove(signal?: AbortSignal): Promise<boolean>;
}

/**
 * The numbers of a scanned video. Some streams are other than their packets say from end to end (wrong times, pictures that no decoder
 * shows); decoding their first pictures tells them from those that are damaged somewhere. That is done when the points are about to be relied on.
 */
export class ScannedNumbers implements PictureNumbers {
  readonly #place: VideoPlace;
  readonly #limits: Pick<Limits, 'maxPixels'>;
  readonly #scan: VideoScan;
  #isDisproved = false;
  #proof: Promise<boolean> | null = null;

  constructor(place: VideoPlace, limits: Pick<Limits, 'maxPixels'>, scan: VideoScan) {
    this.#place = place;
    this.#limits = limits;
    this.#scan = scan;
  }

  get points(): readonly SeekPoint[] {
    return this.#isDisproved ? [] : this.#scan.points;
  }

  get end(): number | null {
    return this.points.length > 0 ? this.#scan.pictures : null;
  }

  prove(signal?: AbortSignal): Promise<boolean> {
    this.#proof ??= this.#decodeSample(signal).then(
      (holds) => {
        this.#isDisproved = !holds;
        return holds;
      },
      (error: unknown) => {
        this.#proof = null;
        throw error;
      },
    );
    return this.#proof;
  }

  /** Decodes the stretch up to the first point. */
  async #decodeSample(signal: AbortSignal | undefined): Promise<boolean> {
    const first = this.#scan.points[0];
    if (first === undefined || first.picture > MAX_COUNTED) return false;
    const found = await countDecoded(this.#place, this.#limits, null, first, signal);
    // damage is found by whoever reads it
    return found === null || found === first.picture;
  }
}
