import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';

/**
 * UltraFace (Linzaer, Ultra-Light-Fast-Generic-Face-Detector-1MB). Takes RGB (x − 127) / 128; gives scores (background, face) and boxes
 * x1 y1 x2 y2 in 0..1.
 */
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
    bytes: 41114878,
    files: [
      {
        path: 'model/fr_detect.onnx',
        sha256: '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854',
      },
    ],
  },
  onnxSha256: '18304b62d22772e6b4cec574c9475bd2cdbc76ada6687e920c45623ff59453b3',
  onnxBytes: 1217761,
  inputs: [{ name: 'input', type: 'float32', dims: ['N', 3, 240, 320] }],
  outputs: [
    { name: 'scores', type: 'float32', dims: ['N', 4420, 2] },
    { name: 'boxes', type: 'float32', dims: ['N', 4420, 4] },
  ],
  anyBatch: true,
  licence: { package: 'MIT', weights: 'MIT (equal to Linzaer version-RFB-320)', researchOnly: false },
  async convert(files) {
    const { openBatch } = await import('../convert/open-batch.ts');
    return openBatch(firstFile(files));
  },
};
