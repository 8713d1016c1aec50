import { pointBefore, type SeekPoint } from './seek-point.ts';

/** To begin anew at a point costs about as much as decoding so many pictures. */
const MIN_JUMP = 16;

/**
 * Where a decoder has to begin, or to have begun, for a picture: so that what it meets on the way does not depend on which pictures
 * were taken before. Null: at the beginning of the video.
 *
 * @param points ascending
 * @param picture the one that is wanted
 * @param cursor the one after the last that could have been taken before; at most `picture`
 */
export function startFor(points: readonly SeekPoint[], picture: number, cursor: number): SeekPoint | null {
  const nearest = pointBefore(points, picture);
  if (nearest !== null && nearest.picture - cursor >= MIN_JUMP) return nearest;
  return pointBefore(points, cursor);
}

/** Where a decoder that stands at a picture (`position`) should go for a later one, see `startFor`; null when it should go on. */
export function jumpFor(
  points: readonly SeekPoint[],
  position: number,
  picture: number,
  cursor: number,
): SeekPoint | null {
  const start = startFor(points, picture, cursor);
  return start !== null && start.picture - position >= MIN_JUMP ? start : null;
}
