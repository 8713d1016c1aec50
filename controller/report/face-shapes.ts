import { inflateSync } from 'node:zlib';
import type { MaskRecord } from '../../worker/formats/records.ts';
import { alignFace, cropMatrix } from '../../worker/vision/alignment.ts';
import { LANDMARK_LINES } from '../../worker/vision/draw.ts';
import { applyMatrix, composeMatrix, invertMatrix, transformPoints } from '../../worker/vision/matrix.ts';
import type { Landmarks, Matrix, Point } from '../../worker/vision/types.ts';
import { maskOutline } from './mask-outline.ts';
import { simplifyPolygon } from './simplify-polygon.ts';

/** Side of the square that shapes are given in: that of the whole crop. */
export const SHAPE_UNITS = 512;
/** By how many units an outline may stray: a third of a pixel of a picture on the sheet. */
const TOLERANCE = 1;
/** Shapes may reach beyond the crop, but not by more than a face does. */
const REACH = 4 * SHAPE_UNITS;

/**
 * The map from frame pixels to shape units; null where it cannot be found.
 * @param alignedSize size of the frame when that is a head crop as a whole; else null
 */
export function shapeMatrix(
  landmarks: Landmarks | null,
  alignedSize: { readonly width: number; readonly height: number } | null,
): Matrix | null {
  if (alignedSize !== null) {
    const sx = SHAPE_UNITS / alignedSize.width;
    const sy = SHAPE_UNITS / alignedSize.height;
    return [sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2];
  }
  if (landmarks === null) return null;
  try {
    const matrix = cropMatrix(alignFace(landmarks), { centering: 'head', sizePx: SHAPE_UNITS });
    invertMatrix(matrix);
    return matrix;
  } catch (error) {
    // points that lie in one place, as an aligner may give them for what is no face
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Path data of landmarks: their lines (of 68 points), and a dot for each. */
export function landmarkPaths(landmarks: Landmarks, matrix: Matrix): { lines: string; dots: string } {
  const flat = transformPoints(matrix, landmarks);
  const points = Array.from({ length: flat.length / 2 }, (_, i): Point => [flat[2 * i]!, flat[2 * i + 1]!]);
  const lines = points.length === 68 ? LANDMARK_LINES : [];
  return {
    lines: lines
      .map(([from, to, isClosed]) => pathOf(points.slice(from, to + 1)) + (isClosed ? 'z' : ''))
      .join(''),
    dots: points.map((point) => `M${placeOf(point)}h0`).join(''),
  };
}

/** Path data of a mask's outlines; empty when it has none, null when it cannot be read. */
export function maskPath(mask: MaskRecord, matrix: Matrix): string | null {
  const { size } = mask;
  try {
    const data = inflateSync(mask.data, { maxOutputLength: size * size });
    if (data.length !== size * size) return null;
    const toShape = composeMatrix(matrix, invertMatrix(mask.matrix));
    return maskOutline({ width: size, height: size, data })
      .map((polygon) => polygon.map(([x, y]) => applyMatrix(toShape, x, y)))
      .map((polygon) => simplifyPolygon(polygon, TOLERANCE))
      .filter((polygon) => polygon.length > 2)
      .map((polygon) => `${pathOf(polygon)}z`)
      .join('');
  } catch {
    return null;
  }
}

/** `M10 20l5 6-7 8`: whole units, relative to the point before. */
function pathOf(points: readonly Point[]): string {
  const [first, ...others] = points.map(roundedPoint);
  let [x, y] = first ?? [0, 0];
  const steps = others.map(([nextX, nextY]) => {
    const step = `${nextX - x} ${nextY - y}`;
    [x, y] = [nextX, nextY];
    return step;
  });
  return `M${first?.join(' ')}${steps.length > 0 ? `l${steps.join(' ').replaceAll(' -', '-')}` : ''}`;
}

function placeOf(point: Point): string {
  return roundedPoint(point).join(' ');
}

/** Pixel centres lie at whole numbers in pixels, but at halves in the square that pixels fill. */
function roundedPoint([x, y]: Point): [number, number] {
  const inside = (value: number): number =>
    Math.round(Math.max(-REACH, Math.min(REACH, Number.isFinite(value) ? value + 0.5 : 0)));
  return [inside(x), inside(y)];
}
