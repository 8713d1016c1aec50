import type { Matrix } from './types.ts';

/** How pixels between pixels are found. In a warp `area` acts as `linear` does (as in OpenCV's warpAffine). */
export type Interpolation = 'linear' | 'cubic' | 'area';

/**
 * The interpolations that suit a crop matrix: cubic in the direction that enlarges, area in the one that shrinks.
 * `forward` is frame → crop, `inverse` is crop → frame.
 */
export function interpolators([a, b, , c, d]: Matrix): {
  readonly forward: Interpolation;
  readonly inverse: Interpolation;
} {
  const xScale = Math.hypot(a, b);
  const yScale = (a * d - b * c) / xScale;
  return (xScale + yScale) / 2 >= 1
    ? { forward: 'cubic', inverse: 'area' }
    : { forward: 'area', inverse: 'cubic' };
}
