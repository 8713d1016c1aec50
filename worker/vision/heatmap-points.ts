import type { Landmarks } from './types.ts';

/**
 * How the place between pixels is found: `ratio` from the neighbours' difference over their sum (FAN's decoder as
 * faceswap has it since 2026), `dark` from a second-order expansion of the smoothed map's logarithm (Zhang et al.,
 * "Distribution-Aware Coordinate Representation for Human Pose Estimation", 2020).
 */
export type HeatmapDecoder = 'ratio' | 'dark';

/** Half of the edge of DARK's smoothing kernel; its deviation is the one OpenCV gives an 11 × 11 kernel. */
const RADIUS = 5;
const DEVIATION = 2;
const LOWEST = 1e-10;

const kernel = (() => {
  const bell = (i: number) => Math.exp(-((i - RADIUS) ** 2) / (2 * DEVIATION ** 2));
  const weights = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, i) => bell(i));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
})();

/**
 * The points that heat maps show, one each.
 * @param maps maps of sizePx × sizePx one after the other, row-major; at least 5 px
 * @returns points as shares of the map's side: 0 is its first pixel's edge with `ratio`, its first pixel's middle with
 * `dark` (as in the models' own decoders)
 * @throws RangeError when the length is not a whole number of maps
 */
export function heatmapPoints(maps: Float32Array, sizePx: number, decoder: HeatmapDecoder): Landmarks {
  const area = sizePx * sizePx;
  if (!(sizePx >= 5) || !Number.isInteger(sizePx) || maps.length % area !== 0) {
    throw new RangeError(`${maps.length} values are not heat maps of ${sizePx}×${sizePx}`);
  }
  const points = new Float64Array((2 * maps.length) / area);
  for (let i = 0; i < points.length / 2; i++) {
    const map = maps.subarray(i * area, (i + 1) * area);
    const peak = brightest(map);
    const [x, y] = [peak % sizePx, Math.floor(peak / sizePx)];
    const [dx, dy] = decoder === 'ratio' ? ratioStep(map, sizePx, x, y) : darkStep(map, sizePx, x, y);
    points[2 * i] = (x + dx) / sizePx;
    points[2 * i + 1] = (y + dy) / sizePx;
  }
  return points;
}

function brightest(map: Float32Array): number {
  let best = 0;
  for (let i = 1; i < map.length; i++) if (map[i]! > map[best]!) best = i;
  return best;
}

function ratioStep(map: Float32Array, sizePx: number, x: number, y: number): [number, number] {
  const inside = (at: number) => Math.max(0, Math.min(sizePx - 1, at));
  const level = (column: number, row: number) => map[inside(row) * sizePx + inside(column)]!;
  const step = (before: number, after: number) =>
    Math.max(-0.5, Math.min(0.5, (after - before) / (after + before + 1e-6)));
  return [0.5 + step(level(x - 1, y), level(x + 1, y)), 0.5 + step(level(x, y - 1), level(x, y + 1))];
}

function darkStep(map: Float32Array, sizePx: number, x: number, y: number): [number, number] {
  const inside = (at: number) => Math.max(2, Math.min(sizePx - 3, at));
  const [cx, cy] = [inside(x), inside(y)];
  const at = (dx: number, dy: number) => Math.log(Math.max(LOWEST, smoothed(map, sizePx, cx + dx, cy + dy)));
  const gx = (at(1, 0) - at(-1, 0)) / 2;
  const gy = (at(0, 1) - at(0, -1)) / 2;
  const xx = (at(2, 0) - 2 * at(0, 0) + at(-2, 0)) / 4;
  const yy = (at(0, 2) - 2 * at(0, 0) + at(0, -2)) / 4;
  const xy = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / 4;
  const determinant = xx * yy - xy * xy;
  if (determinant === 0) return [cx - x, cy - y];
  return [cx - x - (yy * gx - xy * gy) / determinant, cy - y - (xx * gy - xy * gx) / determinant];
}

/** One pixel of the map smoothed by the kernel; outside it is dark. */
function smoothed(map: Float32Array, sizePx: number, x: number, y: number): number {
  let sum = 0;
  for (let j = Math.max(0, y - RADIUS); j <= Math.min(sizePx - 1, y + RADIUS); j++) {
    let row = 0;
    for (let i = Math.max(0, x - RADIUS); i <= Math.min(sizePx - 1, x + RADIUS); i++) {
      row += map[j * sizePx + i]! * kernel[i - x + RADIUS]!;
    }
    sum += row * kernel[j - y + RADIUS]!;
  }
  return sum;
}
