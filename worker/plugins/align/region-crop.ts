import type { Landmarks, Matrix } from '../../vision/types.ts';
import type { Region } from '../plugin.ts';

/**
 * Frame → crop: the region's middle goes to the crop's middle, its axes to the crop's axes, and `widthPx` × `heightPx` frame
 * pixels along those axes fill the crop of `sizePx`².
 */
export function regionCrop(region: Region, widthPx: number, heightPx: number, sizePx: number): Matrix {
  const angle = (region.rollDeg * Math.PI) / 180;
  const sx = sizePx / widthPx;
  const sy = sizePx / heightPx;
  const a = sx * Math.cos(angle);
  const b = sx * Math.sin(angle);
  const c = -sy * Math.sin(angle);
  const d = sy * Math.cos(angle);
  const middle = sizePx / 2;
  return [a, b, middle - a * region.cx - b * region.cy, c, d, middle - c * region.cx - d * region.cy];
}

/** The smallest region with the given roll that holds every point. */
export function regionAround(points: Landmarks, rollDeg: number): Region {
  const angle = (rollDeg * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] as number;
    const y = points[i + 1] as number;
    const u = cos * x + sin * y;
    const v = -sin * x + cos * y;
    left = Math.min(left, u);
    right = Math.max(right, u);
    top = Math.min(top, v);
    bottom = Math.max(bottom, v);
  }
  const u = (left + right) / 2;
  const v = (top + bottom) / 2;
  return { cx: cos * u - sin * v, cy: sin * u + cos * v, w: right - left, h: bottom - top, rollDeg };
}

/** Degrees by which the line from one point to another is turned clockwise as seen on screen. */
export function rollBetween(points: Landmarks, from: number, to: number): number {
  const dx = (points[2 * to] as number) - (points[2 * from] as number);
  const dy = (points[2 * to + 1] as number) - (points[2 * from + 1] as number);
  return (Math.atan2(dy, dx) * 180) / Math.PI;
}
