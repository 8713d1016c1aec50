import { checkGray, type GrayImage } from '../../worker/vision/gray-image.ts';
import type { Point } from '../../worker/vision/types.ts';

/** Half of full: where the edge of a mask is drawn. */
const LEVEL = 127.5;

/** The sides of a cell of four pixels that an edge enters and leaves by, the mask to its right. */
type Side = 'top' | 'right' | 'bottom' | 'left';
/** By which of the corners are inside: 8 top left, 4 top right, 2 bottom right, 1 bottom left. */
const CROSSINGS: readonly (readonly (readonly [from: Side, to: Side])[])[] = [
  [],
  [['left', 'bottom']],
  [['bottom', 'right']],
  [['left', 'right']],
  [['right', 'top']],
  [
    ['left', 'top'],
    ['right', 'bottom'],
  ],
  [['bottom', 'top']],
  [['left', 'top']],
  [['top', 'left']],
  [['top', 'bottom']],
  [
    ['top', 'right'],
    ['bottom', 'left'],
  ],
  [['top', 'right']],
  [['right', 'left']],
  [['right', 'bottom']],
  [['bottom', 'left']],
  [],
];

/**
 * The outlines of a mask as closed polygons in pixels of the mask (pixel centres at whole numbers), by marching squares with linear interpolation;
 * holes are polygons of their own. What touches the border is closed along it.
 */
export function maskOutline(mask: GrayImage): Point[][] {
  checkGray(mask);
  const { width, height, data } = mask;
  const level = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : data[y * width + x]!;
  /** From where an edge enters a cell to where it leaves it; both by a number for the place between two pixels. */
  const next = new Map<number, number>();
  const stride = width + 2;
  const place = (x: number, y: number, side: Side): number => {
    // each place is named by the pixel at its left or upper end
    const px = side === 'right' ? x + 1 : x;
    const py = side === 'bottom' ? y + 1 : y;
    const isHorizontal = side === 'top' || side === 'bottom';
    return 2 * ((py + 1) * stride + px + 1) + (isHorizontal ? 0 : 1);
  };
  for (let y = -1; y < height; y++) {
    for (let x = -1; x < width; x++) {
      const corners =
        (level(x, y) > LEVEL ? 8 : 0) +
        (level(x + 1, y) > LEVEL ? 4 : 0) +
        (level(x + 1, y + 1) > LEVEL ? 2 : 0) +
        (level(x, y + 1) > LEVEL ? 1 : 0);
      for (const [from, to] of CROSSINGS[corners]!) next.set(place(x, y, from), place(x, y, to));
    }
  }
  const pointAt = (number: number): Point => {
    const cell = number >> 1;
    const x = (cell % stride) - 1;
    const y = Math.floor(cell / stride) - 1;
    const [dx, dy] = number % 2 === 0 ? [1, 0] : [0, 1];
    const [a, b] = [level(x, y), level(x + dx, y + dy)];
    const share = (LEVEL - a) / (b - a);
    return [x + dx * share, y + dy * share];
  };
  const polygons: Point[][] = [];
  while (next.size > 0) {
    const polygon: Point[] = [];
    for (let at = next.keys().next().value; at !== undefined; ) {
      const to = next.get(at);
      if (to === undefined) break;
      polygon.push(pointAt(at));
      next.delete(at);
      at = to;
    }
    polygons.push(polygon);
  }
  return polygons;
}
