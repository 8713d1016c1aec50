import { FacefleetError } from '../errors/facefleet-error.ts';
import { keptCount } from './keep-every.ts';
import type { Limits } from './limits.ts';
import { readVideo } from './read-video.ts';
import { scanVideo } from './segments/scan-video.ts';
import type { Source, SourceFrame } from './source.ts';
import { placeName, placeText, type VideoPlace } from './video-place.ts';

/**
 * A video. Frames are decoded when pulled, turned upright by the container's display matrix, and named
 * `<stem>_<000001>.<ext>` after their 1-based number in the video. At the first damage one failure (FF1011) takes the place of
 * the next frame and the source ends. For conversions see `PictureConverter`.
 *
 * @throws {FacefleetError} FF1102 without pictures, FF1104 when it cannot be opened or its pictures exceed `maxPixels`
 */
export async function openVideo(place: VideoPlace, everyN: number, limits: Limits): Promise<Source> {
  const scan = await scanVideo(place, limits);
  const { pictures, damage } = scan;
  if (pictures === 0 && damage === null) throw new FacefleetError('FF1102', placeText(place));
  const running = new Set<AsyncGenerator<SourceFrame, void, undefined>>();
  return {
    kind: 'video',
    name: placeName(place),
    skipped: 0,
    count: keptCount(pictures, everyN) + (damage === null ? 0 : 1),
    frames(options = {}) {
      const generator = readVideo({ place, scan, everyN, limits }, options);
      running.add(generator);
      return generator;
    },
    async close() {
      await Promise.all([...running].map((generator) => generator.return()));
    },
  };
}
