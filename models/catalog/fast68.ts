import type { CatalogModel } from './catalog-model.ts';
import { firstFile } from './first-file.ts';

/** Takes grey / 256 of the detector's box; gives 68 points x, y in 0..1 of it. */
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
    bytes: 41114878,
    files: [
      {
        path: 'model/fr_landmark.onnx',
        sha256: 'f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258',
      },
    ],
  },
  onnxSha256: '2163fa4e4c025bc9eea6d8f36ee0992c1ee51a10825b74c0ae51f556ec393a31',
  onnxBytes: 1163744,
  inputs: [{ name: 'input', type: 'float32', dims: ['N', 1, 64, 64] }],
  outputs: [{ name: 'output', type: 'float32', dims: ['N', 136] }],
  anyBatch: true,
  licence: { package: 'MIT', weights: 'origin unknown', researchOnly: false },
  async convert(files) {
    const { openBatch } = await import('../convert/open-batch.ts');
    return openBatch(firstFile(files));
  },
};
