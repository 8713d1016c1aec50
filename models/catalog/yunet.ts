import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';

/**
 * YuNet-n (libfacedetection). Takes BGR 0..255 of any size that 32 divides; gives for strides 8, 16, 32: class and object scores, box
 * offsets and five points.
 */
export const yunet: CatalogModel = {
  name: 'yunet',
  role: 'detect',
  title: 'YuNet-n, any input size',
  source: {
    kind: 'https',
    url: 'https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/0047ac24afb1a50a0c6105001c89d1b5b805dbf1/onnx/yunet_n_dynamic.onnx',
    sha256: '104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12',
    bytes: 322906,
  },
  onnxSha256: '104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12',
  onnxBytes: 322906,
  inputs: [{ name: 'input', type: 'float32', dims: ['batch', 3, 'height', 'width'] }],
  outputs: ['cls', 'obj', 'bbox', 'kps'].flatMap((name, i) =>
    [8, 16, 32].map((stride) => ({
      name: `${name}_${stride}`,
      type: 'float32' as const,
      dims: ['batch', 'dim', [1, 1, 4, 10][i]!],
    })),
  ),
  anyBatch: true,
  licence: { package: 'Apache-2.0', weights: 'Apache-2.0', researchOnly: false },
  convert: async (files) => firstFile(files),
};
