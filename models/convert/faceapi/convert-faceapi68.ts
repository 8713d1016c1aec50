import { OnnxGraph } from '../onnx-graph.ts';
import { permuteKernel } from '../permute-kernel.ts';
import { readTfjsManifest, readTfjsWeights, type TfjsWeight } from '../tfjs/read-tfjs.ts';

const SIZE = 112;
/** Mean RGB that face-api subtracts before it divides by 255. */
const MEAN_RGB = Float32Array.of(122.782, 117.001, 104.298);

/**
 * face-api's face_landmark_68 net from its weights: four dense blocks of four convolutions, pooling and one fully connected layer.
 * Input `input` [N,3,112,112] RGB 0..255, output `landmarks` [N,136] relative to the square.
 */
export function convertFaceapi68(
  manifestJson: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const weights = readTfjsWeights(readTfjsManifest(manifestJson), files);
  const graph = new OnnxGraph('face_landmark_68');
  const weight = (name: string): TfjsWeight => {
    const found = weights.get(name);
    if (found === undefined) throw new TypeError(`the weights lack ${name}`);
    return found;
  };
  const kernel = (name: string, order: [number, number, number, number]): string => {
    const { shape, data } = weight(name);
    const permuted = permuteKernel(data, shape, order);
    return graph.floats(permuted.data, permuted.dims, name);
  };
  const vector = (name: string): string =>
    graph.floats(weight(name).data as Float32Array, weight(name).shape, name);
  const convolution = (x: string, name: string, stride: number): string =>
    graph.node('Conv', [x, kernel(`${name}/filters`, [3, 2, 0, 1]), vector(`${name}/bias`)], {
      strides: [stride, stride],
      auto_pad: 'SAME_UPPER',
    });
  const separable = (x: string, name: string, stride: number): string => {
    const depthwise = graph.node('Conv', [x, kernel(`${name}/depthwise_filter`, [2, 3, 0, 1])], {
      strides: [stride, stride],
      group: weight(`${name}/depthwise_filter`).shape[2]!,
      auto_pad: 'SAME_UPPER',
    });
    return graph.node('Conv', [
      depthwise,
      kernel(`${name}/pointwise_filter`, [3, 2, 0, 1]),
      vector(`${name}/bias`),
    ]);
  };
  const relu = (x: string): string => graph.node('Relu', [x]);
  const add = (a: string, b: string): string => graph.node('Add', [a, b]);

  graph.input('input', 'float32', ['N', 3, SIZE, SIZE]);
  const centred = graph.node('Sub', ['input', graph.floats(MEAN_RGB, [1, 3, 1, 1])]);
  let x = graph.node('Div', [centred, graph.floats(Float32Array.of(255), [])]);
  for (let block = 0; block < 4; block++) {
    const name = (layer: number): string => `dense${block}/conv${layer}`;
    const first = relu(block === 0 ? convolution(x, name(0), 2) : separable(x, name(0), 2));
    const second = separable(first, name(1), 1);
    const third = separable(relu(add(first, second)), name(2), 1);
    const fourth = separable(relu(add(first, add(second, third))), name(3), 1);
    x = relu(add(first, add(second, add(third, fourth))));
  }
  x = graph.node('AveragePool', [x], { kernel_shape: [7, 7], strides: [2, 2] });
  x = graph.node('Flatten', [graph.node('Transpose', [x], { perm: [0, 2, 3, 1] })], { axis: 1 });
  x = graph.node('MatMul', [x, vector('fc/weights')]);
  graph.node('Add', [x, vector('fc/bias')], {}, 'landmarks');
  graph.output('landmarks', 'float32', ['N', 136]);
  return graph.build();
}
