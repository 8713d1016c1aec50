/** A place in a video where a decoder can start. Numbers in the time base of the stream. */
export interface SeekPoint {
  /** 0-based number of its picture in the video, in the order they are shown: that of the first picture that comes out right. */
  readonly picture: number;
  /** 0-based number of its packet among those of the stream, in the order they are decoded. */
  readonly packet: number;
  /** When its picture is shown. */
  readonly pts: number;
  /** When its packet is decoded; null when the container does not say. */
  readonly dts: number | null;
  /** Size of its packet: with `pts` it tells the packet from others. */
  readonly sizeBytes: number;
}

/** The demuxer does not find a point again: its pictures can only be reached from the beginning. */
export class PointLost extends Error {
  override readonly name = 'PointLost';
}

/** The last point at or before a picture, or null for the beginning of the video. Points ascend. */
export function pointBefore(points: readonly SeekPoint[], picture: number): SeekPoint | null {
  return points[countUpTo(points, picture) - 1] ?? null;
}

/** The first point after a picture, or null when there is none. */
export function pointAfter(points: readonly SeekPoint[], picture: number): SeekPoint | null {
  return points[countUpTo(points, picture)] ?? null;
}

/** The points after one picture, up to another and at it. */
export function pointsBetween(
  points: readonly SeekPoint[],
  after: number,
  upTo: number,
): readonly SeekPoint[] {
  return points.slice(countUpTo(points, after), countUpTo(points, upTo));
}

/** How many points are at or before a picture. */
function countUpTo(points: readonly SeekPoint[], picture: number): number {
  let from = 0;
  let to = points.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (points[middle]!.picture <= picture) from = middle + 1;
    else to = middle;
  }
  return from;
}
