import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';

export const yunet: CatalogModel = {
  name: 'yunet',
  role: 'detect',
  title: 'YuNet-n, any input size',
  source: {
    kind: 'https',
    url: 'https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/0047ac24afb1a50a0c6105001c89d1b5b805dbf1/onnx/yunet_n_dynamic.onnx',
    sha256: '104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12',
  },
  onnxSha256: '104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12',
  onnxBytes: 322906,
  anyBatch: false,
  licence: { package: 'Apache-2.0', weights: 'Apache-2.0', researchOnly: false },
  convert: firstFile,
};
