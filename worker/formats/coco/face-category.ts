/** The parts of the iBUG set: name, first point, number of points, whether the last joins the first. */
const PARTS: readonly (readonly [name: string, first: number, count: number, closed: boolean])[] = [
  ['jaw', 0, 17, false],
  ['right_brow', 17, 5, false],
  ['left_brow', 22, 5, false],
  ['nose_bridge', 27, 4, false],
  ['nose_base', 31, 5, false],
  ['right_eye', 36, 6, true],
  ['left_eye', 42, 6, true],
  ['outer_lips', 48, 12, true],
  ['inner_lips', 60, 8, true],
];

/** The one category of the COCO export: a face with the 68 iBUG points; right and left are the subject's. */
export const FACE_CATEGORY = {
  id: 1,
  name: 'face',
  supercategory: 'person',
  keypoints: PARTS.flatMap(([name, , count]) => Array.from({ length: count }, (_, i) => `${name}_${i + 1}`)),
  /** Pairs of keypoints, counted from 1. */
  skeleton: PARTS.flatMap(([, first, count, closed]) => {
    const edges = Array.from({ length: count - 1 }, (_, i) => [first + i + 1, first + i + 2]);
    return closed ? [...edges, [first + count, first + 1]] : edges;
  }),
} as const;
