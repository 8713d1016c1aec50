import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { ensureModel } from '../../models/ensure-model.ts';
import { openOnnxSession } from '../../worker/engine/onnx-session.ts';
import { floatTensor } from '../../worker/engine/tensor.ts';

interface Reference {
  readonly dims: readonly number[];
  readonly low: number;
  readonly range: number;
  readonly outputs: readonly { length: number; step: number; values: readonly number[]; sum: number }[];
}

/** Outputs of an independent conversion of the same weights for a sine-wave input. */
const REFERENCE = JSON.parse(
  readFileSync(new URL('./converted-models.json', import.meta.url), 'utf8'),
) as Record<string, Reference>;

suite('converted models compute what an independent conversion computes', () => {
  for (const [name, { dims, low, range, outputs }] of Object.entries(REFERENCE)) {
    test(name, async () => {
      const { path } = await ensureModel(name);
      const { session } = await openOnnxSession({ modelPath: path, providers: ['cpu'], threads: 1 });
      const input =
        { blazeface: 'input', mediapipe478: 'input_12', multiclass: 'input_29', bisenet: 'input_tensor' }[
          name
        ] ?? 'input';
      const size = dims.reduce((product, dim) => product * dim, 1);
      const data = Float32Array.from(
        { length: size },
        (_, i) => low + range * (0.5 + 0.5 * Math.sin(i * 0.013)),
      );
      const result = Object.values(await session.run({ [input]: floatTensor(data, dims) }));
      await session.release();
      assert.equal(result.length, outputs.length);
      outputs.forEach(({ length, step, values, sum }, k) => {
        const numbers = Array.from(result[k]!.data, Number);
        assert.equal(numbers.length, length);
        const largest = Math.max(1, ...values.map(Math.abs));
        values.forEach((value, i) => {
          assert.ok(
            Math.abs(numbers[i * step]! - value) <= 1e-4 * largest,
            `${name} output ${k} value ${i * step}`,
          );
        });
        const total = numbers.reduce((a, b) => a + b, 0);
        assert.ok(
          Math.abs(total - sum) <= 1e-4 * Math.max(1, Math.abs(sum), length * 1e-2),
          `${name} output ${k} sum`,
        );
      });
    });
  }
});
