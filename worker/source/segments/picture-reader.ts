import { AV_NOPTS_VALUE } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { decodePictures } from '../decode-pictures.ts';
import type { Limits } from '../limits.ts';
import { openVideoFile, type VideoFile } from '../video-file.ts';
import { placeText, type VideoPlace } from '../video-place.ts';
import type { PictureNumbers } from './picture-numbers.ts';
import { PointLost, pointAfter, type SeekPoint } from './seek-point.ts';

export interface PictureReaderOptions {
  /** Read only pictures whose number it divides; see `decodePictures`. Default 1. */
  readonly step?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the pictures of a video in the order they are shown, from its beginning or any of its seek points. At every point that it
 * passes it compares: a picture that was lost on the way is damage, for it would move the numbers of all that follow.
 */
export class PictureReader implements AsyncDisposable {
  readonly #place: VideoPlace;
  readonly #limits: Pick<Limits, 'maxPixels'>;
  readonly #numbers: PictureNumbers;
  readonly #step: number;
  readonly #signal: AbortSignal | undefined;
  #file: VideoFile | null = null;
  #pictures: AsyncGenerator<Frame, void, undefined> | null = null;
  #goTo: SeekPoint | null = null;
  #position = 0;

  constructor(
    place: VideoPlace,
    limits: Pick<Limits, 'maxPixels'>,
    numbers: PictureNumbers,
    { step = 1, signal }: PictureReaderOptions = {},
  ) {
    this.#place = place;
    this.#limits = limits;
    this.#numbers = numbers;
    this.#step = step;
    this.#signal = signal;
  }

  /** 0-based number in the video of the picture that comes next. */
  get position(): number {
    return this.#position;
  }

  /** The open video. @throws {FacefleetError} FF1104 */
  async file(): Promise<VideoFile> {
    this.#file ??= await openVideoFile(this.#place, this.#limits);
    return this.#file;
  }

  /** Has the pictures go on at a point. */
  goTo(point: SeekPoint): void {
    this.#goTo = point;
    this.#position = this.#onStep(point.picture);
  }

  /**
   * The next picture, valid until the next call; null at the end.
   *
   * @throws {FacefleetError} FF1104, FF1011 (see `decodePictures`); the signal's reason when aborted
   */
  async next(): Promise<Frame | null> {
    this.#signal?.throwIfAborted();
    const point = this.#goTo;
    this.#goTo = null;
    const picture = point === null ? await this.#pull() : await this.#pullFrom(point);
    const flaw = this.#flawOf(picture);
    if (flaw !== null && (await this.#numbers.prove(this.#signal)))
      throw new FacefleetError('FF1011', `${placeText(this.#place)}: ${flaw}`);
    if (picture !== null) this.#position += this.#step;
    return picture;
  }

  /** Whether the picture, or the end, comes at another place than it should. */
  #flawOf(picture: Frame | null): string | null {
    const { points, end } = this.#numbers;
    const position = this.#position;
    const ahead = pointAfter(points, position - this.#step);
    if (picture === null) {
      const missing = (end !== null && position < end) || ahead !== null;
      return missing ? 'the last pictures are missing' : null;
    }
    if (end !== null && position >= end) return 'there are more pictures than packets';
    if (ahead === null || picture.pts === AV_NOPTS_VALUE) return null;
    const isAt = position >= ahead.picture;
    if (isAt === picture.pts >= BigInt(ahead.pts)) return null;
    return isAt ? 'there are more pictures than packets' : 'a picture is missing';
  }

  async #pull(): Promise<Frame | null> {
    this.#pictures ??= decodePictures(await this.file(), { step: this.#step, signal: this.#signal });
    return (await this.#pictures.next()).value ?? null;
  }

  /** A point that is not found again is reached from the beginning. */
  async #pullFrom(from: SeekPoint): Promise<Frame | null> {
    await this.#pictures?.return();
    this.#pictures = decodePictures(await this.file(), { from, step: this.#step, signal: this.#signal });
    try {
      return await this.#pull();
    } catch (thrown) {
      if (!(thrown instanceof PointLost)) throw thrown;
    }
    await this.#file?.close();
    this.#file = null;
    this.#pictures = null;
    for (let at = 0; at < this.#position; at += this.#step) if ((await this.#pull()) === null) return null;
    return await this.#pull();
  }

  #onStep(picture: number): number {
    return Math.ceil(picture / this.#step) * this.#step;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pictures?.return();
    await this.#file?.close();
  }
}
