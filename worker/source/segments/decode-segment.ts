import { AV_NOPTS_VALUE, AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { keptCount } from '../keep-every.ts';
import type { Limits } from '../limits.ts';
import { orientationOf } from '../orient-pixels.ts';
import { PictureConverter } from '../picture-converter.ts';
import { pictureInput } from '../picture-input.ts';
import type { FrameInput } from '../source.ts';
import { placeText, type VideoPlace } from '../video-place.ts';
import type { PictureNumbers } from './picture-numbers.ts';
import { PictureReader } from './picture-reader.ts';
import { jumpFor } from './start-for.ts';
import type { VideoRun, VideoSegment } from './video-segment.ts';

/** A kept frame of a video. */
export interface SegmentFrame {
  /** Number among the video's kept frames, dense from 0. */
  readonly index: number;
  /** 1-based number of the picture in the video; keys are made of it (`videoKey`). */
  readonly number: number;
  /** When it is shown, in units of the stream's time base; null when unknown. */
  readonly pts: number | null;
  readonly input: FrameInput;
}

/** A segment in which its video ended. */
export interface SegmentEnd {
  /** How many kept frames the video has, one that failed included. */
  readonly frames: number;
  /** What is wrong with the last of them; null when the video ended well. */
  readonly failure: FacefleetError | null;
}

export interface DecodeSegmentOptions {
  readonly limits: Pick<Limits, 'maxPixels'>;
  readonly signal?: AbortSignal;
  /** Frames for which it answers true are left out, and where possible not decoded. May be asked more than once. */
  readonly isDone?: (index: number) => boolean;
}

/**
 * The frames of a segment of a video, in order, decoded as they are pulled; a decoder holds a few pictures. Pixels, numbers and damage are
 * those of a decoder that goes through the whole video. A damaged picture is a failure (FF1011) in place of the next kept frame and
 * ends the segment: it ends the video, too, so what other segments have for that frame and all after it does not belong to the result.
 *
 * @returns the end of the video when it came in this segment, before what the segment should have
 * @throws {FacefleetError} FF1104, what the store of the place throws; the signal's reason when aborted
 */
export async function* decodeSegment(
  place: VideoPlace,
  segment: VideoSegment,
  { limits, signal, isDone }: DecodeSegmentOptions,
): AsyncGenerator<SegmentFrame, SegmentEnd | null, undefined> {
  const { everyN, step } = segment;
  let run: VideoRun | undefined;
  const numbers: PictureNumbers = {
    get points() {
      return run?.points ?? [];
    },
    end: null,
    prove: async () => true,
  };
  await using reader = new PictureReader(place, limits, numbers, { step, signal });
  const { stream } = await reader.file();
  using converter = new PictureConverter(
    orientationOf(stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)),
  );
  const nextKept = (from: number, end: number): number => {
    let index = keptCount(from, everyN);
    while (index * everyN < end && isDone?.(index)) index += 1;
    return index * everyN;
  };
  for (run of segment.runs) {
    const { from, points } = run;
    const end = run.end ?? Number.POSITIVE_INFINITY;
    let target = nextKept(from?.picture ?? 0, end);
    if (target >= end) continue;
    if (from !== null) reader.goTo(from);
    const cursor = Math.max(0, target - everyN + 1);
    const jump = jumpFor(points, reader.position, cursor, cursor);
    if (jump !== null) reader.goTo(jump);
    // the picture at a point that ends the run tells whether the numbers are right
    const isCompared = points.some(({ picture }) => picture === end);
    while (reader.position < end || (isCompared && reader.position === end)) {
      const position = reader.position;
      const picture = await reader.next().catch(damageOf);
      const before = keptCount(position, everyN);
      if (picture instanceof FacefleetError) return { frames: before + 1, failure: picture };
      if (picture === null) {
        // at the point that ends a run nothing is missing
        if (position >= end) break;
        if (run.end === null) return { frames: before, failure: null };
        const failure = new FacefleetError('FF1011', `${placeText(place)}: the last pictures are missing`);
        return { frames: before + 1, failure };
      }
      if (position !== target || position >= end) continue;
      const index = target / everyN;
      const pts = picture.pts === AV_NOPTS_VALUE ? null : Number(picture.pts);
      yield { index, number: target + 1, pts, input: await pictureInput(picture, converter, limits) };
      target = nextKept(target + 1, end);
    }
  }
  return null;
}

function damageOf(thrown: unknown): FacefleetError {
  if (thrown instanceof FacefleetError && thrown.code === 'FF1011') return thrown;
  throw thrown;
}
