import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';
export const fast68: CatalogModel = {
  name: 'fast68',
  role: 'align',
  title: 'small 68-point net',
  source: {
    kind: 'npm',
    package: 'faceplugin-face-recognition-js',
    version: '0.0.1',
    integrity:
      'sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==',
    files: [
      {
        path: 'model/fr_landmark.onnx',
        sha256: 'f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258',
      },
    ],
  },
  onnxSha256: 'f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258',
  onnxBytes: 1163742,
  anyBatch: false,
  licence: { package: 'MIT', weights: 'origin unknown', researchOnly: false },
  convert: firstFile,
};
