import type { Limits } from '../limits.ts';
import type { VideoPlace } from '../video-place.ts';
import { countDecoded } from './count-decoded.ts';
import type { SeekPoint } from './seek-point.ts';
import type { VideoScan } from './video-scan.ts';

/** More pictures than these are not decoded only to be counted. */
export const MAX_COUNTED = 2000;

/**
 * Sets the numbers of a scan right where its packets alone do not tell them: counts the pictures before the first point when the
 * beginning is odd, and those between the last point and damage.
 */
export async function settleCount(
  scan: VideoScan,
  place: VideoPlace,
  limits: Pick<Limits, 'maxPixels'>,
  oddHead: boolean,
  signal?: AbortSignal,
): Promise<VideoScan> {
  if (!scan.exact) return scan;
  const count = (from: SeekPoint | null, to: SeekPoint | null): Promise<number | null> => {
    const expected = (to?.picture ?? scan.pictures) - (from?.picture ?? 0);
    return expected > MAX_COUNTED ? Promise.resolve(null) : countDecoded(place, limits, from, to, signal);
  };
  let { points, pictures } = scan;
  const unsure = (): VideoScan => ({ ...scan, exact: false, points: [], whyWhole: 'its beginning is odd' });
  const first = points[0] ?? null;
  if (oddHead && (first !== null || scan.damage === null)) {
    const head = await count(null, first);
    if (head === null) return unsure();
    const shift = head - (first?.picture ?? pictures);
    points = points.map((point) => ({ ...point, picture: point.picture + shift }));
    pictures += shift;
  }
  if (scan.damage !== null) {
    const last = points.at(-1) ?? null;
    const tail = await count(last, null);
    if (tail === null) return { ...unsure(), whyWhole: 'it is damaged' };
    pictures = (last?.picture ?? 0) + tail;
  }
  return { ...scan, points, pictures };
}
