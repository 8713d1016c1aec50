import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { MODELS } from '../../models/catalog/catalog.ts';
import type { CatalogModel, TensorContract } from '../../models/catalog/catalog-model.ts';
import { ensureModel } from '../../models/ensure-model.ts';
import { patternedInput } from './patterned-input.ts';

interface Output {
  readonly length: number;
  /** Every step-th value is stored. */
  readonly step: number;
  readonly values: readonly number[];
  readonly meanAbs: number;
}

interface Reference {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly planar: boolean;
  readonly low: number;
  readonly high: number;
  readonly outputs: Readonly<Record<string, Output>>;
}

/** Outputs for a patterned input of an independent conversion of the same weights, or of the original where that is ONNX. */
const REFERENCE = JSON.parse(
  readFileSync(new URL('./converted-models.json', import.meta.url), 'utf8'),
) as Record<string, Reference>;

/** Greatest difference of a value, relative to the largest of its output. */
const TOLERANCE = 1e-4;
/** Share of pixels whose label may differ where two labels are equally likely. */
const LABEL_TOLERANCE = 0.002;

async function open(path: string): Promise<InferenceSession> {
  return await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
}

async function run(session: InferenceSession, data: Float32Array, dims: number[]) {
  return await session.run({ [session.inputNames[0]!]: new Tensor('float32', data, dims) });
}

function assertContract(model: CatalogModel, session: InferenceSession): void {
  const described = (all: readonly InferenceSession.ValueMetadata[]) =>
    all.map((value) =>
      value.isTensor ? { name: value.name, type: value.type, dims: [...value.shape] } : null,
    );
  const promised = (all: readonly TensorContract[]) =>
    all.map(({ name, type, dims }) => ({ name, type, dims: [...dims] }));
  assert.deepEqual(described(session.inputMetadata), promised(model.inputs));
  assert.deepEqual(described(session.outputMetadata), promised(model.outputs));
  assert.equal(
    model.anyBatch,
    [...model.inputs, ...model.outputs].every(({ dims }) => typeof dims[0] === 'string'),
  );
}

function assertClose(name: string, numbers: readonly number[], expected: Output): void {
  assert.equal(numbers.length, expected.length, name);
  const meanAbs = numbers.reduce((sum, value) => sum + Math.abs(value), 0) / numbers.length;
  const sampled = numbers.filter((_, i) => i % expected.step === 0);
  if (name === 'labels') {
    const wrong = sampled.filter((value, i) => value !== expected.values[i]).length;
    assert.ok(wrong <= LABEL_TOLERANCE * sampled.length, `${wrong} of ${sampled.length} labels differ`);
    assert.ok(Math.abs(meanAbs - expected.meanAbs) <= 20 * LABEL_TOLERANCE, `mean label ${meanAbs}`);
    return;
  }
  const largest = Math.max(1e-3, ...expected.values.map(Math.abs));
  sampled.forEach((value, i) => {
    const difference = Math.abs(value - expected.values[i]!);
    assert.ok(
      difference <= TOLERANCE * largest,
      `${name}: value ${i * expected.step} is off by ${difference}`,
    );
  });
  assert.ok(Math.abs(meanAbs - expected.meanAbs) <= TOLERANCE * largest, `${name}: mean ${meanAbs}`);
}

suite('models of the catalogue', () => {
  test('all that npm packages carry have reference numbers', () => {
    const names = [...MODELS.values()].filter(({ source }) => source.kind === 'npm').map(({ name }) => name);
    assert.deepEqual(names.toSorted(), Object.keys(REFERENCE).toSorted());
  });
  for (const [name, reference] of Object.entries(REFERENCE)) {
    test(`${name} gives the reference numbers, and the same in batches`, async () => {
      const model = MODELS.get(name)!;
      const session = await open((await ensureModel(name)).path);
      assertContract(model, session);
      const { low, high, height, width, channels, planar } = reference;
      const data = patternedInput(reference, low, high);
      const item = planar ? [channels, height, width] : [height, width, channels];
      const first = await run(session, data, [1, ...item]);
      for (const [output, expected] of Object.entries(reference.outputs)) {
        assertClose(output, Array.from(first[output]!.data as Iterable<number>, Number), expected);
      }
      const other = data.toReversed();
      const second = await run(session, other, [1, ...item]);
      const pair = new Float32Array(2 * data.length);
      pair.set(data);
      pair.set(other, data.length);
      const both = await run(session, pair, [2, ...item]);
      for (const output of session.outputNames) {
        const separate = [first, second].flatMap((result) =>
          Array.from(result[output]!.data as Iterable<number>),
        );
        const together = Array.from(both[output]!.data as Iterable<number>);
        assert.equal(together.length, separate.length, output);
        assert.ok(
          together.every((value, i) => value === separate[i]),
          `${output} of two items in a batch`,
        );
      }
      await session.release();
    });
  }
  test('yunet keeps its contract', async (t) => {
    const model = MODELS.get('yunet')!;
    const copy = join(process.env.FACEFLEET_SHARED ?? '', 'models', 'yunet_n_dynamic.onnx');
    if (!existsSync(copy)) return t.skip('no copy of yunet: set FACEFLEET_SHARED');
    const session = await open(copy);
    assertContract(model, session);
    await session.release();
  });
});
