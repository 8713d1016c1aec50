import { alignFace, cropMatrix, cropRoi } from '../../vision/alignment.ts';
import type { Box, Landmarks } from '../../vision/types.ts';
import type { PortableFace } from './portable-frame.ts';

/** faceswap 2.3 takes for a missing box the crop of this coverage around the legacy mean face. */
const COVERAGE = 0.75;
const CROP_PX = 512;

/**
 * A face's box; where there is none, the box around its crop as faceswap derives it, or around points that have no known order.
 * Whole pixels. Throws RangeError when the face has neither box nor points.
 */
export function faceBox({ box, landmarks }: Pick<PortableFace, 'box' | 'landmarks'>): Box {
  if (box !== null) return box;
  if (landmarks === null) throw new RangeError('a face has neither a box nor landmarks');
  return boxAround(roiPoints(landmarks));
}

/** The corners of the legacy crop; the points themselves when no face can be laid on them. */
function roiPoints(landmarks: Landmarks): Landmarks {
  try {
    const matrix = cropMatrix(alignFace(landmarks), {
      centering: 'legacy',
      sizePx: CROP_PX,
      coverage: COVERAGE,
    });
    return Float64Array.from(cropRoi(matrix, CROP_PX).flat());
  } catch (error) {
    if (error instanceof RangeError) return landmarks;
    throw error;
  }
}

/** The smallest box of whole pixels around flat points. */
export function boxAround(points: Landmarks): Box {
  const xs = points.filter((_, i) => i % 2 === 0);
  const ys = points.filter((_, i) => i % 2 === 1);
  const [x, y] = [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys))];
  return { x, y, w: Math.ceil(Math.max(...xs)) - x, h: Math.ceil(Math.max(...ys)) - y };
}
