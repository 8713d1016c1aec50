import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of optional test data with ground truth, from FACEFLEET_SHARED; undefined when it is not set. */
export const SHARED = process.env.FACEFLEET_SHARED;

/** For `test(name, { skip })`: the reason, or false when the data is there. */
export const skipWithoutShared = SHARED ? false : 'FACEFLEET_SHARED is not set';

/** A face of a data set's ground truth, in pixels of its image. */
export interface TrueFace {
  readonly box: readonly [x: number, y: number, w: number, h: number];
  readonly landmarks68?: readonly (readonly [x: number, y: number])[];
  readonly polygons?: readonly {
    readonly label: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

/** An image of a data set. */
export interface TrueImage {
  readonly path: string;
  readonly faces: readonly TrueFace[];
}

/** The images of a data set with their ground truth. */
export function dataSet(name: string): TrueImage[] {
  const folder = join(SHARED ?? '', 'data', name);
  const { images } = JSON.parse(readFileSync(join(folder, 'dataset.json'), 'utf8')) as {
    images: { file: string; faces?: TrueFace[] }[];
  };
  return images.map(({ file, faces = [] }) => ({ path: join(folder, file), faces }));
}
