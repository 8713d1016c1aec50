import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';

/** MediaPipe's full-range face detector. Takes RGB x / 127.5 − 1 on a square; gives box and keypoint offsets and score logits of 48² anchors. */
export const blazeface: CatalogModel = {
  name: 'blazeface',
  role: 'detect',
  title: 'BlazeFace full-range',
  source: {
    kind: 'npm',
    package: '@mediapipe/face_detection',
    version: '0.4.1657300184',
    integrity:
      'sha512-k5aYtTf7av7GwD3C9T4LJB/okHK/uJwFQSOmJ9OHZMlwg7SdYVMolRgDlA962OU7fIBKsrOA7f7BzD2gpzcAKw==',
    bytes: 5239212,
    files: [
      {
        path: 'face_detection_full_range.tflite',
        sha256: '99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3',
      },
    ],
  },
  onnxSha256: '6612529d31ea50332e1238e068e651b112a2f68c0fc90e75042116df565e6f94',
  onnxBytes: 2092804,
  inputs: [{ name: 'input', type: 'float32', dims: ['N', 192, 192, 3] }],
  outputs: [
    { name: 'reshaped_regressor_face_4', type: 'float32', dims: ['N', 2304, 16] },
    { name: 'reshaped_classifier_face_4', type: 'float32', dims: ['N', 2304, 1] },
  ],
  anyBatch: true,
  licence: { package: 'Apache-2.0', weights: 'Apache-2.0', researchOnly: false },
  async convert(files) {
    const { convertTflite } = await import('../convert/tflite/convert-tflite.ts');
    return convertTflite(firstFile(files), 'blazeface');
  },
};
