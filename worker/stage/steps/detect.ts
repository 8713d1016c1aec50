import type { Session } from '../../engine/session.ts';
import type { Detection, DetectorPlugin } from '../../plugins/plugin.ts';
import { letterbox } from '../../vision/letterbox.ts';
import { composeMatrix, invertMatrix } from '../../vision/matrix.ts';
import { mapBox, rotateImage, rotation, rotationFitScale } from '../../vision/rotate.ts';
import type { Box, Matrix, RgbImage } from '../../vision/types.ts';
import type { Face } from '../faces.ts';
import { runModel } from './run-model.ts';

/** Smallest and largest face kept; a limit of 0 is none. */
export interface SizeLimits {
  /** Diagonal of the box in frame pixels. */
  readonly minDiagonalPx: number;
  /** Longer edge of the box in percent of the frame's shorter side. */
  readonly minPercent: number;
  readonly maxPercent: number;
}

export interface DetectOptions {
  /** Degrees, tried in order; an image leaves the loop at the first angle that finds a face. Starts with 0. */
  readonly anglesDeg: readonly number[];
  readonly limits: SizeLimits;
  /** Items in one run of the model. */
  readonly batch: number;
}

/**
 * Finds the faces of each image. Boxes are in pixels of their image, rounded to integers, best score first.
 * Boxes wholly outside the image are dropped.
 */
export async function detect(
  session: Session,
  plugin: DetectorPlugin,
  pluginOptions: unknown,
  images: readonly RgbImage[],
  options: DetectOptions,
): Promise<Face[][]> {
  const input = plugin.input(pluginOptions);
  const boxed = images.map((image) => letterbox(image, input.width, input.height));
  const faces: Face[][] = images.map(() => []);
  for (const angleDeg of options.anglesDeg) {
    const open = images.map((_, i) => i).filter((i) => faces[i]?.length === 0);
    if (open.length === 0) break;
    const { width, height } = input;
    const turn = rotation(angleDeg, width, height, rotationFitScale(angleDeg, width, height));
    const turned = open.map((i) => (angleDeg === 0 ? boxed[i]!.image : rotateImage(boxed[i]!.image, turn)));
    const found = await runModel(session, input, turned, options.batch, (outputs, item) =>
      plugin.decode(outputs, item, pluginOptions),
    );
    open.forEach((i, k) => {
      const toFrame = composeMatrix(boxed[i]!.toFrame, invertMatrix(turn));
      faces[i] = found[k]!.flatMap((detection) =>
        toFace(detection, toFrame, images[i]!, angleDeg, options.limits),
      );
    });
  }
  return faces;
}

function toFace(
  detection: Detection,
  toFrame: Matrix,
  image: RgbImage,
  angleDeg: number,
  limits: SizeLimits,
): Face[] {
  const bounds = mapBox(toFrame, detection.box);
  const box = {
    x: Math.round(bounds.x),
    y: Math.round(bounds.y),
    w: Math.round(bounds.w),
    h: Math.round(bounds.h),
  };
  const outside = box.x + box.w <= 0 || box.y + box.h <= 0 || box.x >= image.width || box.y >= image.height;
  if (outside || box.w < 1 || box.h < 1 || !withinLimits(box, image, limits)) return [];
  return [{ box, score: detection.score, rollDeg: angleDeg }];
}

function withinLimits(box: Box, image: RgbImage, limits: SizeLimits): boolean {
  const shorter = Math.min(image.width, image.height);
  const longerEdge = Math.max(box.w, box.h);
  if (Math.hypot(box.w, box.h) < limits.minDiagonalPx) return false;
  if (longerEdge < Math.trunc((shorter * limits.minPercent) / 100)) return false;
  return limits.maxPercent === 0 || longerEdge <= Math.trunc((shorter * limits.maxPercent) / 100);
}
