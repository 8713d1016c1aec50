import { setImmediate as nextTurn } from 'node:timers/promises';
import { AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { fileVersion } from './file-version.ts';
import { KeptFrames } from './kept-frames.ts';
import type { Limits } from './limits.ts';
import { orientationOf } from './orient-pixels.ts';
import { PictureConverter } from './picture-converter.ts';
import { pictureInput } from './picture-input.ts';
import { LONG_PICTURES, ScannedNumbers } from './segments/picture-numbers.ts';
import { PictureReader } from './segments/picture-reader.ts';
import { jumpFor } from './segments/start-for.ts';
import type { VideoScan } from './segments/video-scan.ts';
import type { FramesOptions, SourceFrame } from './source.ts';
import { videoKey } from './video-key.ts';
import { placeName, type VideoPlace } from './video-place.ts';

/** A video whose packets were scanned. */
export interface ScannedVideo {
  readonly place: VideoPlace;
  readonly scan: VideoScan;
  readonly everyN: number;
  readonly limits: Limits;
}

/**
 * The frames of a video, see `openVideo`. Pictures that nobody needs, because their frames are done or fall between the kept ones, are
 * not decoded where a seek point allows that.
 */
export async function* readVideo(
  { place, scan, everyN, limits }: ScannedVideo,
  { signal, isDone, admit, release }: FramesOptions,
): AsyncGenerator<SourceFrame, void, undefined> {
  const name = placeName(place);
  const keyOf = (position: number): string => videoKey(name, position + 1);
  const version = typeof place === 'string' ? await fileVersion(place) : undefined;
  const about = version === undefined ? {} : { version };
  const kept = new KeptFrames(everyN, (index, at) => ({ index, key: keyOf(at), ...about }), isDone);
  const numbers = new ScannedNumbers(place, limits, scan);
  const step = scan.intraOnly ? everyN : 1;
  await using reader = new PictureReader(place, limits, numbers, { step, signal });
  const { stream } = await reader.file();
  using converter = new PictureConverter(
    orientationOf(stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)),
  );
  let refused: FacefleetError | null = null;
  // the pictures that prove the points are decoded in the name of the next frame
  const mayRely = async (): Promise<boolean> => {
    if (numbers.points.length === 0 || scan.pictures < LONG_PICTURES) return false;
    const { key } = kept.head;
    refused ??= admit?.(key) ?? null;
    if (refused !== null) return false;
    const holds = await numbers.prove(signal);
    release?.(key);
    return holds;
  };
  for (;;) {
    signal?.throwIfAborted();
    // frames are asked in advance only where their pictures are sure to come
    if (kept.wasDone && (await mayRely())) while (kept.passDone(scan.pictures)) await nextTurn();
    if (numbers.end !== null && scan.damage === null && kept.position >= numbers.end) return;
    const start = jumpFor(numbers.points, reader.position, kept.position, kept.cursor);
    if (start !== null && (await mayRely())) reader.goTo(start);
    const key = keyOf(reader.position);
    const picture = refused ?? admit?.(key) ?? (await reader.next().catch(damageOf));
    if (picture instanceof FacefleetError) {
      if (kept.isWanted()) yield { ...kept.head, input: { kind: 'failure', error: picture } };
      return;
    }
    if (picture === null) {
      release?.(key);
      return;
    }
    const isNext = reader.position - step === kept.position;
    if (isNext && kept.isWanted()) {
      const { head } = kept;
      kept.next();
      yield { ...head, input: await pictureInput(picture, converter, limits) };
    } else {
      release?.(key);
      if (isNext) kept.next();
    }
  }
}

function damageOf(thrown: unknown): FacefleetError {
  if (thrown instanceof FacefleetError && thrown.code === 'FF1011') return thrown;
  throw thrown;
}
