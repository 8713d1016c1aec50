import type { Point, Pose } from './types.ts';

/** Where a head stands before the camera. */
export interface CameraPose {
  /** Row-major 3 × 3 rotation matrix. */
  readonly rotation: Float64Array;
  /** In units of the mean head (about 1 cm); negative z, as the mean head's y axis points up and the image's down. */
  readonly translation: readonly [number, number, number];
}

/** Focal length of the pinhole camera that sees normalised landmarks; its principal point is (0.5, 0.5). */
export const FOCAL_LENGTH = 4;

/** Projects a point of the mean head's space to normalised landmark coordinates. */
export function project(pose: CameraPose, [x, y, z]: readonly [number, number, number]): Point {
  const r = pose.rotation;
  const [tx, ty, tz] = pose.translation;
  const depth = r[6]! * x + r[7]! * y + r[8]! * z + tz;
  return [
    (FOCAL_LENGTH * (r[0]! * x + r[1]! * y + r[2]! * z + tx)) / depth + 0.5,
    (FOCAL_LENGTH * (r[3]! * x + r[4]! * y + r[5]! * z + ty)) / depth + 0.5,
  ];
}

const DEGREES = 180 / Math.PI;

/** The Euler angles of a camera pose, equal to those of OpenCV's `decomposeProjectionMatrix`. */
export function eulerAngles({ rotation: r }: CameraPose): Pose {
  return {
    pitch: Math.atan2(r[7]!, r[8]!) * DEGREES,
    yaw: Math.atan2(-r[6]!, Math.hypot(r[7]!, r[8]!)) * DEGREES,
    roll: Math.atan2(r[3]!, r[0]!) * DEGREES,
  };
}
