import { faceBox } from '../portable/face-box.ts';
import { type PortableFace, type PortableFrame, pointCount } from '../portable/portable-frame.ts';
import { FACE_CATEGORY } from './face-category.ts';

/** COCO's visibility of a keypoint. */
const [NOT_VISIBLE, VISIBLE] = [1, 2];

/**
 * The pieces of a document in COCO's keypoint form (https://cocodataset.org/#format-data): images, one annotation per face with
 * `bbox` [x, y, w, h], 68 `keypoints` [x, y, v, …] and `score`. Coordinates as everywhere here: (0, 0) is the centre of the first
 * pixel. Points outside the frame are "labelled, not visible". Sizes and scores that are not known are null.
 * @param open gives the frames from the start each time: they are read twice
 */
export async function* encodeCoco(open: () => AsyncIterable<PortableFrame>): AsyncGenerator<string> {
  yield `{"info":{"description":"Faces"},"licenses":[],"categories":[${JSON.stringify(FACE_CATEGORY)}],\n"images":[`;
  let image = 0;
  for await (const { key, size } of open()) {
    image += 1;
    const { width = null, height = null } = size ?? {};
    yield `${image === 1 ? '\n' : ',\n'}${JSON.stringify({ id: image, file_name: key, width, height })}`;
  }
  yield '\n],\n"annotations":[';
  image = 0;
  let id = 0;
  for await (const frame of open()) {
    image += 1;
    for (const face of frame.faces) {
      id += 1;
      yield `${id === 1 ? '\n' : ',\n'}${JSON.stringify({ id, image_id: image, ...annotation(face, frame.size) })}`;
    }
  }
  yield '\n]}\n';
}

function annotation(face: PortableFace, size: PortableFrame['size']): object {
  const { x, y, w, h } = faceBox(face);
  const keypoints = pointCount(face) === 68 ? keypointsOf(face.landmarks!, size) : [];
  return {
    category_id: FACE_CATEGORY.id,
    bbox: [x, y, w, h],
    area: w * h,
    iscrowd: 0,
    score: face.score,
    num_keypoints: keypoints.length / 3,
    keypoints,
  };
}

function keypointsOf(landmarks: Float64Array, size: PortableFrame['size']): number[] {
  const { width, height } = size ?? { width: Number.POSITIVE_INFINITY, height: Number.POSITIVE_INFINITY };
  return Array.from({ length: landmarks.length / 2 }, (_, i) => {
    const [x, y] = [landmarks[2 * i]!, landmarks[2 * i + 1]!];
    const inside = x >= -0.5 && y >= -0.5 && x < width - 0.5 && y < height - 0.5;
    return [x, y, inside ? VISIBLE : NOT_VISIBLE];
  }).flat();
}
