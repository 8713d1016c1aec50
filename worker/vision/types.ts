/**
 * Interleaved 8-bit RGB pixels, row-major, no padding: `data.length === width * height * 3`.
 * `data` may be a view of a `SharedArrayBuffer` so that threads read one decoded frame without copying it.
 */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A 2-D affine map in row order `[a, b, tx, c, d, ty]`: `x' = a·x + b·y + tx`, `y' = c·x + d·y + ty`. */
export type Matrix = readonly [number, number, number, number, number, number];

/** A point in pixels: x right, y down, 0-based, integer coordinates at pixel centres (OpenCV's convention). */
export type Point = readonly [x: number, y: number];

/** An axis-aligned box in pixels of the upright frame; may reach beyond the frame's edge. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/**
 * Landmark coordinates, flat: `[x0, y0, x1, y1, …]`. The 68-point iBUG set has length 136.
 * Pixels of the upright frame unless a docstring says otherwise.
 */
export type Landmarks = Float64Array;

/** Head position relative to the camera, in degrees. */
export interface Pose {
  readonly pitch: number;
  readonly yaw: number;
  readonly roll: number;
}

/** How a face crop is centred: on the legacy mean face, on the face, or on the whole head. */
export type Centering = 'legacy' | 'face' | 'head';
