import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { convertTflite } from '../../../models/convert/tflite/convert-tflite.ts';
import { at, build, convolve, type Nhwc, nhwc } from '../../fixtures/nhwc.ts';
import { runOnnx } from '../../fixtures/run-onnx.ts';
import { type TinyOperator, type TinyTensor, tinyTflite } from '../../fixtures/tiny-tflite.ts';

const x = nhwc([2, 5, 6, 4]);
const relu = (value: number): number => Math.max(value, 0);
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
const pixelwise = (value: (n: number, y: number, column: number, c: number) => number): Nhwc =>
  build(x.shape, value);

/** Converts a graph of one operator whose input has one item, runs it on two, and compares with the definition. */
async function check(
  operator: Omit<TinyOperator, 'outputs' | 'inputs'> & { inputs?: readonly number[] },
  constants: readonly TinyTensor[],
  expected: { shape: readonly number[]; data: Float32Array },
): Promise<void> {
  const single = [1, ...x.shape.slice(1)];
  const batchShare = expected.shape[0]! / 2;
  const tensors = [{ shape: single }, ...constants, { shape: [batchShare, ...expected.shape.slice(1)] }];
  const inputs = operator.inputs ?? [0, ...constants.map((_, i) => i + 1)];
  const file = tinyTflite(tensors, [{ ...operator, inputs, outputs: [tensors.length - 1] }]);
  const [output] = await runOnnx(convertTflite(file, 'tiny'), x.data, x.shape);
  assert.deepEqual(output!.dims, expected.shape);
  output!.numbers.forEach((value, i) => {
    assert.ok(Math.abs(value - expected.data[i]!) < 1e-5, `${i}: ${value} instead of ${expected.data[i]}`);
  });
}

suite('TensorFlow Lite operators keep their meaning', () => {
  const channelValues = Float32Array.of(0.5, -1, 2, 3);
  const perChannel = { shape: [4], data: channelValues };

  test('ADD with fused ReLU', () =>
    check(
      { code: 0, options: [[0, 'int8', 1]] },
      [perChannel],
      pixelwise((...p) => relu(at(x, ...p) + channelValues[p[3]]!)),
    ));
  test('SUB with fused ReLU6', () =>
    check(
      { code: 41, options: [[0, 'int8', 3]] },
      [perChannel],
      pixelwise((...p) => Math.min(6, relu(at(x, ...p) - channelValues[p[3]]!))),
    ));
  test('MUL', () =>
    check(
      { code: 18 },
      [perChannel],
      pixelwise((...p) => at(x, ...p) * channelValues[p[3]]!),
    ));
  test('LOGISTIC', () =>
    check(
      { code: 14 },
      [],
      pixelwise((...p) => sigmoid(at(x, ...p))),
    ));
  test('RELU', () =>
    check(
      { code: 19 },
      [],
      pixelwise((...p) => relu(at(x, ...p))),
    ));
  test('PRELU', () =>
    check(
      { code: 54 },
      [{ shape: [1, 1, 4], data: channelValues }],
      pixelwise((...p) => {
        const value = at(x, ...p);
        return value > 0 ? value : value * channelValues[p[3]]!;
      }),
    ));
  test('SOFTMAX over channels', () =>
    check(
      { code: 25 },
      [],
      pixelwise((n, y, column, c) => {
        const powers = [0, 1, 2, 3].map((k) => Math.exp(at(x, n, y, column, k)));
        return powers[c]! / powers.reduce((a, b) => a + b);
      }),
    ));
  test('CONCATENATION along channels', () =>
    check(
      { code: 2, inputs: [0, 0], options: [[0, 'int32', 3]] },
      [],
      build([2, 5, 6, 8], (n, y, column, c) => at(x, n, y, column, c % 4)),
    ));
  test('RESHAPE of two items keeps them apart', () =>
    check({ code: 22 }, [{ shape: [2], data: Int32Array.of(1, 120) }], { shape: [2, 120], data: x.data }));
  test('RESHAPE that moves a part of the item into the first dimension', () =>
    check({ code: 22 }, [{ shape: [3], data: Int32Array.of(5, 6, 4) }], { shape: [10, 6, 4], data: x.data }));
  test('TRANSPOSE', () =>
    check(
      { code: 39 },
      [{ shape: [4], data: Int32Array.of(0, 2, 1, 3) }],
      build([2, 6, 5, 4], (n, y, column, c) => at(x, n, column, y, c)),
    ));
  test('SUM over an axis, kept', () =>
    check(
      { code: 74, options: [[0, 'int8', 1]] },
      [{ shape: [1], data: Int32Array.of(2) }],
      build([2, 5, 1, 4], (n, y, _, c) =>
        [0, 1, 2, 3, 4, 5].reduce((sum, column) => sum + at(x, n, y, column, c), 0),
      ),
    ));
  test('PAD', () =>
    check(
      { code: 34 },
      [{ shape: [4, 2], data: Int32Array.of(0, 0, 1, 2, 0, 1, 0, 3) }],
      build([2, 8, 7, 7], (n, y, column, c) => (c > 3 ? 0 : at(x, n, y - 1, column, c))),
    ));
  test('MAX_POOL_2D with SAME padding', () =>
    check(
      {
        code: 17,
        options: [
          [0, 'int8', 0],
          [1, 'int32', 2],
          [2, 'int32', 2],
          [3, 'int32', 2],
          [4, 'int32', 2],
        ],
      },
      [],
      build([2, 3, 3, 4], (n, y, column, c) =>
        Math.max(
          ...[0, 1].flatMap((dy) =>
            [0, 1].map((dx) => at(x, n, 2 * y + dy, 2 * column + dx, c, Number.NEGATIVE_INFINITY)),
          ),
        ),
      ),
    ));
});

suite('TensorFlow Lite convolutions keep their meaning', () => {
  const bias = Float32Array.of(0.1, -0.2, 0.3);
  const kernel = nhwc([3, 3, 3, 4], 7);
  for (const stride of [1, 2]) {
    test(`CONV_2D with SAME padding, stride ${stride}`, () =>
      check(
        {
          code: 3,
          options: [
            [0, 'int8', 0],
            [1, 'int32', stride],
            [2, 'int32', stride],
          ],
        },
        [
          { shape: kernel.shape, data: kernel.data },
          { shape: [3], data: bias },
        ],
        convolve(x, 3, stride, 3, (ky, kx, from, to) => at(kernel, to, ky, kx, from), bias),
      ));
  }
  test('CONV_2D without a bias', () =>
    check(
      {
        code: 3,
        inputs: [0, 1, -1],
        options: [
          [0, 'int8', 0],
          [1, 'int32', 1],
          [2, 'int32', 1],
        ],
      },
      [{ shape: kernel.shape, data: kernel.data }],
      convolve(x, 3, 1, 3, (ky, kx, from, to) => at(kernel, to, ky, kx, from), new Float32Array(3)),
    ));
  test('DEPTHWISE_CONV_2D', () => {
    const depthwise = nhwc([1, 3, 3, 4], 9);
    const biases = Float32Array.of(1, 2, 3, 4);
    return check(
      {
        code: 4,
        options: [
          [0, 'int8', 0],
          [1, 'int32', 2],
          [2, 'int32', 2],
          [3, 'int32', 1],
        ],
      },
      [
        { shape: depthwise.shape, data: depthwise.data },
        { shape: [4], data: biases },
      ],
      convolve(x, 3, 2, 4, (ky, kx, from, to) => (from === to ? at(depthwise, 0, ky, kx, to) : 0), biases),
    );
  });
  for (const [form, operator] of Object.entries({
    builtin: {
      code: 67,
      inputs: [3, 1, 0, 2],
      options: [
        [0, 'int8', 0],
        [1, 'int32', 2],
        [2, 'int32', 2],
      ],
    },
    'MediaPipe’s': { code: 'Convolution2DTransposeBias', inputs: [0, 1, 2] },
  } satisfies Record<
    string,
    { code: number | string; inputs: number[]; options?: TinyOperator['options'] }
  >)) {
    test(`${form} transposed convolution`, () => {
      const up = nhwc([3, 2, 2, 4], 11);
      const expected = build([2, 10, 12, 3], (n, y, column, to) =>
        [0, 1, 2, 3].reduce(
          (sum, from) => sum + at(x, n, y >> 1, column >> 1, from) * at(up, to, y & 1, column & 1, from),
          bias[to]!,
        ),
      );
      return check(
        operator,
        [
          { shape: up.shape, data: up.data },
          { shape: [3], data: bias },
          { shape: [4], data: Int32Array.of(1, 10, 12, 3) },
        ],
        expected,
      );
    });
  }
  test('float16 weights behind DEQUANTIZE', async () => {
    // 0.5, -2, 65504 (the largest), 2^-24 (the smallest)
    const half = { shape: [4], data: Uint16Array.of(0x3800, 0xc000, 0x7bff, 0x0001) };
    const values = [0.5, -2, 65504, 2 ** -24];
    const file = tinyTflite(
      [{ shape: [1, 5, 6, 4] }, half, { shape: [4] }, { shape: [1, 5, 6, 4] }],
      [
        { code: 6, inputs: [1], outputs: [2] },
        { code: 18, inputs: [0, 2], outputs: [3] },
      ],
    );
    const [output] = await runOnnx(convertTflite(file, 'tiny'), x.data, x.shape);
    output!.numbers.forEach((value, i) => {
      assert.equal(value, Math.fround(x.data[i]! * values[i % 4]!));
    });
  });
});

suite('TensorFlow Lite resizing keeps its meaning', () => {
  const [, height, width] = x.shape;
  const source = {
    asymmetric: (out: number) => out / 2,
    half: (out: number) => (out + 0.5) / 2 - 0.5,
    aligned: (out: number, from: number) => (out * (from - 1)) / (2 * from - 1),
  };
  const size = { shape: [2], data: Int32Array.of(2 * height, 2 * width) };
  const bilinear = (y: number, column: number, value: (y: number, x: number) => number): number => {
    const [top, left] = [Math.floor(y), Math.floor(column)];
    const rows = [top, top + 1].map((row) => Math.min(Math.max(row, 0), height - 1));
    const columns = [left, left + 1].map((c) => Math.min(Math.max(c, 0), width - 1));
    const [fy, fx] = [y - top, column - left];
    const row = (r: number): number => value(r, columns[0]!) * (1 - fx) + value(r, columns[1]!) * fx;
    return row(rows[0]!) * (1 - fy) + row(rows[1]!) * fy;
  };
  for (const [mode, aligned, half] of [
    ['asymmetric', 0, 0],
    ['half', 0, 1],
    ['aligned', 1, 0],
  ] as const) {
    test(`RESIZE_BILINEAR, ${mode}`, () =>
      check(
        {
          code: 23,
          options: [
            [2, 'int8', aligned],
            [3, 'int8', half],
          ],
        },
        [size],
        build([2, 2 * height, 2 * width, 4], (n, y, column, c) =>
          bilinear(source[mode](y, height), source[mode](column, width), (sy, sx) => at(x, n, sy, sx, c)),
        ),
      ));
  }
  for (const [mode, half] of [
    ['floor', 0],
    ['half', 1],
  ] as const) {
    test(`RESIZE_NEAREST_NEIGHBOR, ${mode}`, () =>
      check(
        {
          code: 97,
          options: [
            [0, 'int8', 0],
            [1, 'int8', half],
          ],
        },
        [size],
        build([2, 2 * height, 2 * width, 4], (n, y, column, c) => at(x, n, y >> 1, column >> 1, c)),
      ));
  }
});

test('an operator without a rule is named', () => {
  const file = tinyTflite([{ shape: [1, 2] }, { shape: [1, 2] }], [{ code: 101, inputs: [0], outputs: [1] }]);
  assert.throws(() => convertTflite(file, 'tiny'), /no rule for operator 101/);
});
