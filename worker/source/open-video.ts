import { basename, extname } from 'node:path';
import { AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { asFacefleetError, FacefleetError } from '../errors/facefleet-error.ts';
import { countPictures } from './count-pictures.ts';
import { decodePictures } from './decode-pictures.ts';
import { fileVersion } from './file-version.ts';
import { isKept, keptCount } from './keep-every.ts';
import type { Limits } from './limits.ts';
import { orientationOf } from './orient-pixels.ts';
import { PictureConverter } from './picture-converter.ts';
import type { FrameInput, FramesOptions, Source, SourceFrame } from './source.ts';
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
    frames(options = {}) {
      const generator = readFrames(path, name, everyN, limits, options, () => running.delete(generator));
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
  { signal, isDone, admit, release }: FramesOptions,
  onEnd: () => void,
): AsyncGenerator<SourceFrame, void, undefined> {
  const version = await fileVersion(path);
  const file = await openVideoFile(path, limits);
  const matrix = file.stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  let position = 0;
  const head = () => ({
    index: keptCount(position, everyN),
    key: videoKey(name, position + 1),
    ...(version === undefined ? {} : { version }),
  });
  try {
    using converter = new PictureConverter(orientationOf(matrix));
    await using pictures = decodePictures(file, path);
    for (;;) {
      signal?.throwIfAborted();
      const frame = head();
      const refused = admit?.(frame.key) ?? null;
      const next = refused ?? (await pictures.next().catch(damageOf));
      if (next instanceof FacefleetError) {
        if (!isDone?.(frame)) yield { ...frame, input: { kind: 'failure', error: next } };
        return;
      }
      if (next.done) {
        release?.(frame.key);
        return;
      }
      if (isKept(position, everyN) && !isDone?.(frame))
        yield { ...frame, input: await inputOf(next.value, converter, limits) };
      else release?.(frame.key);
      position += 1;
    }
  } finally {
    await file.format.closeInput();
    onEnd();
  }
}

function damageOf(thrown: unknown): FacefleetError {
  if (thrown instanceof FacefleetError && thrown.code === 'FF1011') return thrown;
  throw thrown;
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
