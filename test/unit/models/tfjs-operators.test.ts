import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { convertTfjs } from '../../../models/convert/tfjs/convert-tfjs.ts';
import { readTfjsManifest, readTfjsWeights } from '../../../models/convert/tfjs/read-tfjs.ts';
import { at, build, convolve, type Nhwc, nhwc, same } from '../../fixtures/nhwc.ts';
import { runOnnx } from '../../fixtures/run-onnx.ts';
import { attribute, type TinyConstant, type TinyNode, tinyTfjs } from '../../fixtures/tiny-tfjs.ts';

const x = nhwc([2, 5, 6, 4], 3);
const relu = (value: number): number => Math.max(value, 0);
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
const SAME = { padding: attribute.text('SAME') };
const strides = (stride: number) => ({ strides: attribute.integers(1, stride, stride, 1) });
const dilations = { dilations: attribute.integers(1, 1, 1, 1) };

/**
 * Converts a graph whose last node is `y`, and compares it with the definition. The model's output is a label below 256, so `y` is
 * scaled, shifted and rounded down by the cast.
 */
async function check(
  nodes: readonly TinyNode[],
  constants: Readonly<Record<string, TinyConstant>>,
  expected: Nhwc,
): Promise<void> {
  const scale = { shape: [1], data: Float32Array.of(8) };
  const shift = { shape: [1], data: Float32Array.of(128) };
  const { json, files } = tinyTfjs(
    [
      ...nodes,
      { name: 'scaled', op: 'Mul', input: ['y', 'scale'] },
      { name: 'labels', op: 'AddV2', input: ['scaled', 'shift'] },
    ],
    { ...constants, scale, shift },
  );
  const onnx = convertTfjs(json, files, {
    name: 'tiny',
    input: ['N', 'height', 'width', 4],
    output: 'labels',
    labels: ['N', 'rows', 'columns', 'channels'],
  });
  const [output] = await runOnnx(onnx, x.data, x.shape);
  assert.deepEqual(output!.dims, expected.shape);
  output!.numbers.forEach((label, i) => {
    const exact = expected.data[i]! * 8 + 128;
    assert.ok(exact >= 0 && exact < 256, `${exact} does not fit the test`);
    assert.ok(label >= exact - 1.001 && label <= exact + 0.001, `${i}: ${label} instead of ${exact}`);
  });
}

suite('TensorFlow.js operators keep their meaning', () => {
  const kernel = nhwc([3, 3, 4, 3], 5);
  const weights = { shape: kernel.shape, data: kernel.data.map((value) => value / 4) };
  const weight = (ky: number, kx: number, from: number, to: number): number =>
    at(kernel, ky, kx, from, to) / 4;
  const bias = Float32Array.of(0.5, -0.5, 1);

  for (const stride of [1, 2]) {
    test(`_FusedConv2D with bias and ReLU, stride ${stride}`, () => {
      const y = convolve(x, 3, stride, 3, weight, bias);
      return check(
        [
          {
            name: 'y',
            op: '_FusedConv2D',
            input: ['x', 'k', 'b'],
            attr: {
              ...SAME,
              ...strides(stride),
              ...dilations,
              fused_ops: attribute.texts('BiasAdd', 'Relu'),
            },
          },
        ],
        { k: weights, b: { shape: [3], data: bias } },
        { shape: y.shape, data: y.data.map(relu) },
      );
    });
  }
  test('FusedDepthwiseConv2dNative with two outputs per channel', () => {
    const depthwise = nhwc([3, 3, 4, 2], 9);
    return check(
      [
        {
          name: 'y',
          op: 'FusedDepthwiseConv2dNative',
          input: ['x', 'k'],
          attr: { ...SAME, ...strides(2), ...dilations },
        },
      ],
      { k: { shape: depthwise.shape, data: depthwise.data.map((value) => value / 2) } },
      convolve(
        x,
        3,
        2,
        8,
        (ky, kx, from, to) => (from === to >> 1 ? at(depthwise, ky, kx, from, to & 1) / 2 : 0),
        new Float32Array(8),
      ),
    );
  });
  test('MaxPool with SAME padding', () =>
    check(
      [
        {
          name: 'y',
          op: 'MaxPool',
          input: ['x'],
          attr: { ...SAME, ...strides(2), ksize: attribute.integers(1, 3, 3, 1) },
        },
      ],
      {},
      pooled((values) => Math.max(...values)),
    ));
  test('AvgPool with SAME padding counts only what is inside', () =>
    check(
      [
        {
          name: 'y',
          op: 'AvgPool',
          input: ['x'],
          attr: { ...SAME, ...strides(2), ksize: attribute.integers(1, 3, 3, 1) },
        },
      ],
      {},
      pooled((values) => values.reduce((a, b) => a + b) / values.length),
    ));
  test('Mean over height and width, kept', () =>
    check(
      [{ name: 'y', op: 'Mean', input: ['x', 'axes'], attr: { keep_dims: attribute.flag(true) } }],
      { axes: { shape: [2], data: Int32Array.of(1, 2) } },
      build([2, 1, 1, 4], (n, _y, _x, c) => {
        let sum = 0;
        for (let i = 0; i < 30; i++) sum += at(x, n, Math.floor(i / 6), i % 6, c);
        return sum / 30;
      }),
    ));
  test('Sigmoid, Relu, Mul, Add and ConcatV2', () =>
    check(
      [
        { name: 's', op: 'Sigmoid', input: ['x'] },
        { name: 'r', op: 'Relu', input: ['x'] },
        { name: 'm', op: 'Mul', input: ['s', 'r'] },
        { name: 'a', op: 'Add', input: ['m:0', 'x'] },
        { name: 'y', op: 'ConcatV2', input: ['a', 's', 'axis'] },
      ],
      { axis: { shape: [], data: Int32Array.of(-1) } },
      build([2, 5, 6, 8], (n, y, column, c) => {
        const value = at(x, n, y, column, c % 4);
        return c < 4 ? sigmoid(value) * relu(value) + value : sigmoid(value);
      }),
    ));
  test('ResizeBilinear to twice a size that the graph computes', () =>
    check(
      [
        { name: 'shape', op: 'Shape', input: ['x'] },
        slice('h'),
        slice('w'),
        { name: 'h2', op: 'Mul', input: ['h', 'two'] },
        { name: 'w2', op: 'Mul', input: ['w', 'two'] },
        { name: 'size', op: 'Pack', input: ['h2', 'w2'], attr: { axis: attribute.integer(0) } },
        {
          name: 'y',
          op: 'ResizeBilinear',
          input: ['x', 'size'],
          attr: { align_corners: attribute.flag(false), half_pixel_centers: attribute.flag(false) },
        },
      ],
      { two: { shape: [], data: Int32Array.of(2) }, ...bounds('h', 1), ...bounds('w', 2) },
      build([2, 10, 12, 4], (n, y, column, c) => {
        const corner = (dy: number, dx: number) =>
          at(x, n, Math.min((y >> 1) + dy, 4), Math.min((column >> 1) + dx, 5), c);
        const [fy, fx] = [(y % 2) / 2, (column % 2) / 2];
        const row = (dy: number) => corner(dy, 0) * (1 - fx) + corner(dy, 1) * fx;
        return row(0) * (1 - fy) + row(1) * fy;
      }),
    ));
  test('ArgMax of Softmax keeps the batch that Squeeze would take', async () => {
    const { json, files } = tinyTfjs(
      [
        { name: 'p', op: 'Softmax', input: ['x'] },
        { name: 'best', op: 'ArgMax', input: ['p', 'axis'] },
        { name: 'labels', op: 'Squeeze', input: ['best'], attr: { squeeze_dims: attribute.integers(0) } },
      ],
      { axis: { shape: [], data: Int32Array.of(3) } },
    );
    const options = { name: 'tiny', input: ['N', 5, 6, 4], output: 'labels', labels: ['N', 5, 6] };
    const [output] = await runOnnx(convertTfjs(json, files, options), x.data, x.shape);
    assert.deepEqual(output!.dims, [2, 5, 6]);
    output!.numbers.forEach((label, i) => {
      const scores = [...x.data.subarray(4 * i, 4 * i + 4)];
      assert.equal(label, scores.indexOf(Math.max(...scores)));
    });
  });
  test('an operator without a rule is named', () => {
    const { json, files } = tinyTfjs([{ name: 'y', op: 'Fft', input: ['x'] }], {});
    const options = { name: 'tiny', input: [1], output: 'y', labels: [1] };
    assert.throws(() => convertTfjs(json, files, options), /no rule for operator Fft/);
  });
});

test('quantised weights are restored as tfjs does, in float32', () => {
  const manifest = [
    {
      paths: ['a.bin', 'b.bin'],
      weights: [
        {
          name: 'bytes',
          shape: [2],
          dtype: 'float32',
          quantization: { dtype: 'uint8', scale: 0.1, min: -1 },
        },
        {
          name: 'words',
          shape: [1],
          dtype: 'float32',
          quantization: { dtype: 'uint16', scale: 0.001, min: 2 },
        },
        { name: 'plain', shape: [], dtype: 'int32' },
      ],
    },
  ];
  const bytes = Buffer.concat([
    Buffer.of(0, 255),
    Buffer.from(Uint16Array.of(65535).buffer),
    Buffer.from(Int32Array.of(-7).buffer),
  ]);
  const files = new Map([
    ['a.bin', bytes.subarray(0, 3)],
    ['b.bin', bytes.subarray(3)],
  ]);
  const parsed = readTfjsManifest(Buffer.from(JSON.stringify(manifest)));
  const weights = readTfjsWeights(parsed, files);
  assert.deepEqual(weights.get('bytes')!.data, Float32Array.of(-1, Math.fround(Math.fround(25.5) - 1)));
  assert.deepEqual(weights.get('words')!.data, Float32Array.of(Math.fround(65.535) + 2));
  assert.deepEqual(weights.get('plain')!.data, Int32Array.of(-7));
  assert.throws(
    () =>
      readTfjsWeights(
        parsed,
        new Map([
          ['a.bin', bytes],
          ['b.bin', Buffer.alloc(0)],
        ]).set('a.bin', bytes.subarray(0, 5)),
      ),
    /end before plain/,
  );
  assert.throws(() => readTfjsWeights(parsed, new Map()), /a\.bin is missing/);
});

function pooled(combine: (values: number[]) => number): Nhwc {
  const [rows, columns] = [same(5, 3, 2), same(6, 3, 2)];
  return build([2, rows.out, columns.out, 4], (n, y, column, c) => {
    const values: number[] = [];
    for (let dy = 0; dy < 3; dy++)
      for (let dx = 0; dx < 3; dx++) {
        const value = at(x, n, 2 * y + dy - rows.before, 2 * column + dx - columns.before, c, Number.NaN);
        if (!Number.isNaN(value)) values.push(value);
      }
    return combine(values);
  });
}

function slice(name: string): TinyNode {
  return {
    name,
    op: 'StridedSlice',
    input: ['shape', `${name}/begin`, `${name}/end`, `${name}/strides`],
    attr: {
      shrink_axis_mask: attribute.integer(1),
      begin_mask: attribute.integer(0),
      end_mask: attribute.integer(0),
    },
  };
}

function bounds(name: string, axis: number): Record<string, TinyConstant> {
  const vector = (value: number) => ({ shape: [1], data: Int32Array.of(value) });
  return {
    [`${name}/begin`]: vector(axis),
    [`${name}/end`]: vector(axis + 1),
    [`${name}/strides`]: vector(1),
  };
}
