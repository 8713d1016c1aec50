import type { CatalogModel } from './catalog-model.ts';

/** face-api's 68-point net. Takes RGB 0..255 on a square; gives 68 points x, y in 0..1 of it. */
export const faceapi68: CatalogModel = {
  name: 'faceapi68',
  role: 'align',
  title: 'face-api 68-point net',
  source: {
    kind: 'npm',
    package: '@vladmandic/face-api',
    version: '1.7.15',
    integrity:
      'sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==',
    bytes: 12677476,
    files: [
      {
        path: 'model/face_landmark_68_model-weights_manifest.json',
        sha256: 'ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9',
      },
      {
        path: 'model/face_landmark_68_model.bin',
        sha256: '4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b',
      },
    ],
  },
  onnxSha256: '512200c9d7420acae868429171d63c0388048f6886e9cb8cf863078cd957c986',
  onnxBytes: 1434700,
  inputs: [{ name: 'input', type: 'float32', dims: ['N', 3, 112, 112] }],
  outputs: [{ name: 'landmarks', type: 'float32', dims: ['N', 136] }],
  anyBatch: true,
  licence: { package: 'MIT', weights: 'MIT', researchOnly: false },
  async convert([manifest, weights]) {
    const { convertFaceapi68 } = await import('../convert/faceapi/convert-faceapi68.ts');
    return convertFaceapi68(manifest!, new Map([['face_landmark_68_model.bin', weights!]]));
  },
};
