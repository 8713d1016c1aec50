import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';
export const ultraface: CatalogModel = {
  name: 'ultraface',
  role: 'detect',
  title: 'UltraFace version-RFB-320',
  source: {
    kind: 'npm',
    package: 'faceplugin-face-recognition-js',
    version: '0.0.1',
    integrity:
      'sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==',
    files: [
      {
        path: 'model/fr_detect.onnx',
        sha256: '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854',
      },
    ],
  },
  onnxSha256: '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854',
  onnxBytes: 1217758,
  anyBatch: false,
  licence: { package: 'MIT', weights: 'MIT (equal to Linzaer version-RFB-320)', researchOnly: false },
  convert: firstFile,
};
