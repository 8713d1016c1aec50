import type { Point } from '../../worker/vision/types.ts';

/**
 * A closed polygon with fewer corners: those stay from which the straight way would stray by more than `tolerance` (Douglas and Peucker,
 * 1973), on both sides of its first corner and the one farthest from that.
 */
export function simplifyPolygon(polygon: readonly Point[], tolerance: number): Point[] {
  if (polygon.length < 4) return [...polygon];
  const [first] = polygon;
  const distances = polygon.map(([x, y]) => Math.hypot(x - first![0], y - first![1]));
  const far = distances.indexOf(Math.max(...distances));
  if (far === 0) return [first!];
  const closed = [...polygon, first!];
  const keep = new Uint8Array(closed.length);
  keep[0] = 1;
  keep[far] = 1;
  const open: [number, number][] = [
    [0, far],
    [far, closed.length - 1],
  ];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const [from, to] = range;
    let worst = -1;
    let worstDistance = tolerance;
    for (let i = from + 1; i < to; i++) {
      const distance = distanceToSegment(closed[i]!, closed[from]!, closed[to]!);
      if (distance <= worstDistance) continue;
      worst = i;
      worstDistance = distance;
    }
    if (worst < 0) continue;
    keep[worst] = 1;
    open.push([from, worst], [worst, to]);
  }
  return polygon.filter((_, i) => keep[i] === 1);
}

function distanceToSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const squared = dx * dx + dy * dy;
  const share = squared === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / squared));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}
