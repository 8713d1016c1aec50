import { basename, extname } from 'node:path';
import { AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { asFacefleetError, FacefleetError } from '../errors/facefleet-error.ts';
import { countPictures } from './count-pictures.ts';
import { decodePictures } from './decode-pictures.ts';
import { isKept, keptCount } from './keep-every.ts';
import type { Limits } from './limits.ts';
import { orientationOf } from './orient-pixels.ts';
import { PictureConverter } from './picture-converter.ts';
import type { FrameInput, Source, SourceFrame } from './source.ts';
import { openVideoFile } from './video-file.ts';

/**
 * A video file. Frames are decoded when pulled, turned upright by the container's display matrix, and named
 * `<stem>_<000001>.<ext>` after their 1-based number in the video. At the first damage one failure (FF1011) takes the place of
 * the damaged frame and the source ends. For conversions see `PictureConverter`.
 *
 * @throws {FacefleetError} FF1102 without pictures, FF1104 when it cannot be opened or its pictures exceed `maxPixels`
 */
export async function openVideo(path: string, everyN: number, limits: Limits): Promise<Source> {
  const name = basename(path);
  const pictures = await countPictures(path, limits);
  if (pictures === 0) throw new FacefleetError('FF1102', path);
  const running = new Set<AsyncGenerator<SourceFrame, void, undefined>>();
  return {
    kind: 'video',
    name,
    skipped: 0,
    count: keptCount(pictures, everyN),
    frames(signal, isDone = () => false) {
      const generator = readFrames(path, name, everyN, limits, signal, isDone, () =>
        running.delete(generator),
      );
      running.add(generator);
      return generator;
    },
    async close() {
      await Promise.all([...running].map((generator) => generator.return()));
    },
  };
}

async function* readFrames(
  path: string,
  name: string,
  everyN: number,
  limits: Limits,
  signal: AbortSignal | undefined,
  isDone: (index: number) => boolean,
  onEnd: () => void,
): AsyncGenerator<SourceFrame, void, undefined> {
  const file = await openVideoFile(path, limits);
  const matrix = file.stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  let position = 0;
  try {
    using converter = new PictureConverter(orientationOf(matrix));
    const keyed = (input: FrameInput): SourceFrame => ({
      index: keptCount(position, everyN),
      key: videoKey(name, position + 1),
      input,
    });
    try {
      for await (const picture of decodePictures(file, path)) {
        signal?.throwIfAborted();
        if (isKept(position, everyN) && !isDone(position / everyN))
          yield keyed(await inputOf(picture, converter, limits));
        position += 1;
      }
    } catch (thrown) {
      if (!(thrown instanceof FacefleetError) || thrown.code !== 'FF1011') throw thrown;
      if (!isDone(keptCount(position, everyN))) yield keyed({ kind: 'failure', error: thrown });
    }
  } finally {
    await file.format.closeInput();
    onEnd();
  }
}

async function inputOf(picture: Frame, converter: PictureConverter, limits: Limits): Promise<FrameInput> {
  try {
    const { width, height } = picture;
    if (width * height > limits.maxPixels)
      throw new FacefleetError('FF1003', `${width}×${height}, the limit is ${limits.maxPixels} pixels`);
    return { kind: 'pixels', image: await converter.convert(picture) };
  } catch (thrown) {
    return { kind: 'failure', error: asFacefleetError(thrown, 'FF1001', 'video frame') };
  }
}

/** Key of a video's frame: `clip.mp4`, 7 → `clip_000007.mp4`. */
export function videoKey(name: string, number: number): string {
  const extension = extname(name);
  return `${basename(name, extension)}_${String(number).padStart(6, '0')}${extension}`;
}
