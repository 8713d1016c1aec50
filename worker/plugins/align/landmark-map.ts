import type { Landmarks } from '../../vision/types.ts';
import clean from './landmark-map-clean.json' with { type: 'json' };
import ibug from './landmark-map-ibug.json' with { type: 'json' };

/** For each of the 68 points: a weighted sum of mesh vertices plus an offset, in the eye-based frame. */
interface LandmarkMap {
  readonly points: readonly {
    readonly vertices: readonly number[];
    readonly weights: readonly number[];
    readonly offset: readonly number[];
  }[];
}

const MAPS: Record<'ibug' | 'clean', LandmarkMap> = { ibug, clean };

/** Outer eye corners of the MediaPipe face mesh: image left, image right. */
export const EYE_LEFT = 33;
export const EYE_RIGHT = 263;

/**
 * 68 iBUG points from MediaPipe's face-mesh vertices. The map works in a frame with its origin midway between the outer eye
 * corners, its x axis along them and their distance as the unit, so that it does not depend on place, size or roll.
 * `ibug` was fitted by ridge regression on 803 faces annotated for research use; `clean` on 43 faces with a free licence.
 */
export function mapLandmarks68(vertices: Landmarks, map: 'ibug' | 'clean'): Landmarks {
  const leftX = vertices[2 * EYE_LEFT] as number;
  const leftY = vertices[2 * EYE_LEFT + 1] as number;
  const axisX = (vertices[2 * EYE_RIGHT] as number) - leftX;
  const axisY = (vertices[2 * EYE_RIGHT + 1] as number) - leftY;
  const midX = leftX + axisX / 2;
  const midY = leftY + axisY / 2;
  const unitSquared = axisX * axisX + axisY * axisY;
  const landmarks = new Float64Array(136);
  MAPS[map].points.forEach((point, i) => {
    let u = point.offset[0] as number;
    let v = point.offset[1] as number;
    point.vertices.forEach((vertex, k) => {
      const dx = (vertices[2 * vertex] as number) - midX;
      const dy = (vertices[2 * vertex + 1] as number) - midY;
      const weight = point.weights[k] as number;
      u += (weight * (dx * axisX + dy * axisY)) / unitSquared;
      v += (weight * (dy * axisX - dx * axisY)) / unitSquared;
    });
    landmarks[2 * i] = midX + u * axisX - v * axisY;
    landmarks[2 * i + 1] = midY + u * axisY + v * axisX;
  });
  return landmarks;
}
