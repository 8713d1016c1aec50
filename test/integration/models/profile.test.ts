import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { OnnxGraph } from '../../../models/convert/onnx-graph.ts';
import { ofProcess, parseProcesses } from '../../../models/profile/device-memory.ts';
import { measureModel } from '../../../models/profile/measure-model.ts';
import type { MeasureRequest } from '../../../models/profile/measurement.ts';
import { runCli } from '../../fixtures/cli.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';

const folder = scratch();
const MIB_OF_FLOATS = 2 ** 18;

/** A model that multiplies `N` rows of 1 MiB with a constant of 64 MiB. */
async function heavyModel(): Promise<string> {
  const graph = new OnnxGraph('heavy');
  const input = graph.input('x', 'float32', ['N', 1, MIB_OF_FLOATS]);
  const weight = graph.floats(new Float32Array(64 * MIB_OF_FLOATS).fill(1), [64, MIB_OF_FLOATS]);
  graph.node('Mul', [input, weight], {}, 'y');
  graph.output('y', 'float32', ['N', 64, MIB_OF_FLOATS]);
  const path = join(folder, 'heavy.onnx');
  await writeFile(path, graph.build());
  return path;
}

const request = (modelPath: string, batch: number): MeasureRequest => ({
  modelPath,
  provider: 'cpu',
  deviceId: 0,
  inputName: 'x',
  itemDims: [1, MIB_OF_FLOATS],
  batch,
  durationMs: 100,
});

test('a fresh process sees the memory that a model and its batch take', async () => {
  const path = await heavyModel();
  const one = await measureModel(request(path, 1));
  const three = await measureModel(request(path, 3));
  assert.ok(one.memoryMiB >= 128, `weights and output of one item are 128 MiB, seen ${one.memoryMiB}`);
  const grownMiB = three.memoryMiB - one.memoryMiB;
  assert.ok(grownMiB >= 100 && grownMiB <= 600, `two items more are 128 MiB of output, seen ${grownMiB}`);
  assert.ok(one.runs >= 5 && one.itemsPerSecond > 0);
});

test('what cannot be measured ends with the code of the engine', async () => {
  const damaged = join(folder, 'damaged.onnx');
  await writeFile(damaged, 'no model');
  await assert.rejects(measureModel(request(damaged, 1)), failsWith('FF3002', 'damaged.onnx'));
  const path = await heavyModel();
  const wrongInput = measureModel({ ...request(path, 1), inputName: 'other' });
  await assert.rejects(wrongInput, failsWith('FF3005', 'heavy.onnx', 'batch 1'));
});

test('nvidia-smi tells memory by process, or by what the device has more than before', () => {
  assert.deepEqual([...parseProcesses('123, 410\n77, [N/A]\n\n')], [[123, 410]]);
  const before = { usedMiB: 100, byPid: new Map([[1, 90]]) };
  const now = {
    usedMiB: 620,
    byPid: new Map([
      [1, 90],
      [2, 500],
    ]),
  };
  assert.equal(ofProcess(2, before, now), 500);
  assert.equal(ofProcess(3, before, now), 520);
  assert.equal(ofProcess(3, now, before), 0);
});

test('a provider or a GPU that is not there, and wrong batches, are told', async () => {
  const noGpu = await runCli(['models', 'profile', 'ultraface', '--provider', 'cuda', '--device', '63']);
  assert.deepEqual([noGpu.code, /FF3001.*no GPU 63/.test(noGpu.stderr)], [1, true]);
  const batches = await runCli(['models', 'profile', 'ultraface', '--batches', '1,0']);
  assert.deepEqual([batches.code, /no whole number/.test(batches.stderr)], [2, true]);
  const unknown = await runCli(['models', 'profile', 'nosuch']);
  assert.deepEqual([unknown.code, /FF2001/.test(unknown.stderr)], [2, true]);
});

test('a file that cannot be written is told before anything is measured', async () => {
  for (const path of [join(folder, 'missing', 'profile.json'), folder]) {
    const { code, stdout, stderr } = await runCli(['models', 'profile', '--provider', 'cpu', '--save', path]);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.ok(stderr.includes('FF4001') && stderr.includes(path));
  }
});
