import { fitsFsa } from './fsa-frame.ts';
import type { PortableFormat } from './portable-format.ts';
import { type PortableFace, type PortableFrame, pointCount } from './portable-frame.ts';

/** Something that a format may have no place for. */
export type Loss =
  | 'frame sizes'
  | 'scores'
  | 'landmarks that are not 68'
  | 'faces without landmarks'
  | 'poses'
  | 'masks'
  | 'identities'
  | 'thumbnails'
  | 'crop names'
  | 'video times';

/** What each format has no place for. */
const NO_PLACE: Readonly<Record<PortableFormat, readonly Loss[]>> = {
  jsonl: [],
  fsa: [
    'frame sizes',
    'scores',
    'poses',
    'crop names',
    'landmarks that are not 68',
    'faces without landmarks',
  ],
  json: ['frame sizes', 'scores', 'poses', 'masks', 'identities', 'thumbnails', 'crop names', 'video times'],
  coco: [
    'poses',
    'masks',
    'identities',
    'thumbnails',
    'crop names',
    'video times',
    'landmarks that are not 68',
  ],
  csv: ['masks', 'identities', 'thumbnails', 'video times', 'landmarks that are not 68'],
};

const OF_FACE: Readonly<Partial<Record<Loss, (face: PortableFace) => number>>> = {
  scores: ({ score }) => Number(score !== null),
  'landmarks that are not 68': (face) => Number(pointCount(face) > 0 && pointCount(face) !== 68),
  'faces without landmarks': (face) => Number(!fitsFsa(face)),
  poses: ({ pose }) => Number(pose !== null),
  masks: ({ masks }) => Object.keys(masks).length,
  identities: ({ identities }) => Object.keys(identities).length,
  thumbnails: ({ thumbnail }) => Number(thumbnail !== null),
  'crop names': ({ crop }) => Number(crop !== null),
};

const OF_FRAME: Readonly<Partial<Record<Loss, (frame: PortableFrame) => number>>> = {
  'frame sizes': ({ size }) => Number(size !== null),
  'video times': ({ videoMeta }) => Number(videoMeta !== null),
};

/** Counts what a conversion leaves out. */
export class Losses {
  readonly #target: PortableFormat;
  readonly #counts = new Map<Loss, number>();

  constructor(target: PortableFormat) {
    this.#target = target;
  }

  /** Counts what the target has no place for in a frame. */
  note(frame: PortableFrame): void {
    for (const loss of NO_PLACE[this.#target]) {
      const ofFace = OF_FACE[loss];
      const inFaces = ofFace ? frame.faces.reduce((sum, face) => sum + ofFace(face), 0) : 0;
      const count = inFaces + (OF_FRAME[loss]?.(frame) ?? 0);
      if (count > 0) this.#counts.set(loss, (this.#counts.get(loss) ?? 0) + count);
    }
  }

  /** What was left out, and how often. */
  counts(): Readonly<Partial<Record<Loss, number>>> {
    return Object.fromEntries(this.#counts);
  }
}
