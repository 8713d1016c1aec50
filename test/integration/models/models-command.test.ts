import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { modelPath } from '../../../models/cached-model.ts';
import { MODELS } from '../../../models/catalog/catalog.ts';
import { ensureModel, findModel } from '../../../models/ensure-model.ts';
import { importFiles } from '../../../models/import-files.ts';
import { ensureSamples } from '../../../models/samples.ts';
import { sha256 } from '../../../models/sha256.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';

const BIN = fileURLToPath(new URL('../../../controller/cli/bin.ts', import.meta.url));

/** Runs `facefleet models …` with its own cache. */
async function models(folder: string, ...args: string[]) {
  return await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, FACEFLEET_MODELS: folder };
    const child = execFile(process.execPath, [BIN, 'models', ...args], { env }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

suite('facefleet models', () => {
  const folder = scratch();
  const elsewhere = scratch();
  const ultraface = findModel('ultraface');
  const fast68 = findModel('fast68');

  before(async () => {
    await cp((await ensureModel('ultraface')).path, modelPath(ultraface, folder));
    await cp(await ensureSamples(), join(folder, 'samples'), { recursive: true });
    await cp((await ensureModel('fast68')).path, join(elsewhere, 'renamed.bin'));
  });

  test('list shows every model, its licence and whether it is cached', async () => {
    const { code, stdout } = await models(folder, 'list');
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, MODELS.size + 1);
    assert.match(lines.find((line) => line.startsWith('ultraface'))!, / detect +1\.2 +yes .* MIT/);
    assert.match(lines.find((line) => line.startsWith('bisenet'))!, / no .*\[research only\]/);
  });

  test('list -o json is for machines', async () => {
    const { stdout } = await models(folder, 'list', '-o', 'json');
    const rows = JSON.parse(stdout) as { name: string; cached: string; researchOnly: boolean }[];
    assert.deepEqual(
      rows.map(({ name }) => name),
      [...MODELS.keys()],
    );
    assert.equal(rows.find(({ name }) => name === 'bisenet')!.researchOnly, true);
  });

  test('verify is content with right and absent files', async () => {
    const { code, stdout } = await models(folder, 'verify');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ultraface: ok$/m);
    assert.match(stdout, /^samples: ok$/m);
    assert.match(stdout, /^multiclass: not in the cache$/m);
  });

  test('import knows a converted file by its hash', async () => {
    const { code } = await models(folder, 'import', join(elsewhere, 'renamed.bin'));
    assert.equal(code, 0);
    assert.equal(sha256(await readFile(modelPath(fast68, folder))), fast68.onnxSha256);
  });

  test('import refuses a file that it does not know', async () => {
    const unknown = join(elsewhere, 'unknown.onnx');
    await writeFile(unknown, 'unknown');
    const { code, stderr } = await models(folder, 'import', unknown);
    assert.equal(code, 1);
    assert.match(stderr, /FF2003 .*unknown\.onnx.*[0-9a-f]{64}/);
  });

  test('import refuses what is no file', async () => {
    await assert.rejects(importFiles([join(elsewhere, 'absent')], folder), failsWith('FF5001', 'absent'));
    await assert.rejects(importFiles([elsewhere], folder), failsWith('FF5001', basename(elsewhere)));
  });

  test('verify and list tell a tampered file', async () => {
    const tampered = scratch();
    await mkdir(tampered, { recursive: true });
    await writeFile(modelPath(ultraface, tampered), 'tampered');
    const { code, stdout } = await models(tampered, 'verify');
    assert.equal(code, 1);
    assert.match(
      stdout,
      new RegExp(`^ultraface: FF2003 .*${ultraface.onnxSha256}.*${sha256(Buffer.from('tampered'))}`, 'm'),
    );
    assert.match((await models(tampered, 'list')).stdout, /ultraface .* damaged/);
    const pulled = await models(tampered, 'pull', 'ultraface');
    assert.equal(pulled.code, 1);
    assert.match(pulled.stderr, /FF2003/);
  });

  test('pull of an unknown name is a usage error', async () => {
    const { code, stderr } = await models(folder, 'pull', 'retinaface');
    assert.equal(code, 2);
    assert.match(stderr, /FF2001 .*ultraface/);
  });

  test('pull of a cached model names its path', async () => {
    const { code, stderr } = await models(folder, 'pull', 'ultraface');
    assert.equal(code, 0);
    assert.ok(stderr.includes(modelPath(ultraface, folder)));
  });

  test('samples puts the photos of the demo into a folder', async () => {
    const photos = join(scratch(), 'new/photos');
    await mkdir(photos, { recursive: true });
    await writeFile(join(photos, 'sample1.jpg'), 'mine');
    assert.equal((await models(folder, 'samples', photos)).code, 0);
    assert.equal((await readdir(photos)).length, 6);
    assert.equal(await readFile(join(photos, 'sample1.jpg'), 'utf8'), 'mine', 'what is there stays');
    assert.equal((await models(folder, 'samples', join(photos, 'sample2.jpg/x'))).code, 1);
  });

  test('import knows a raw file', async (t) => {
    const shared = process.env.FACEFLEET_SHARED;
    if (shared === undefined) return t.skip('no copy of yunet: set FACEFLEET_SHARED');
    assert.deepEqual(await importFiles([join(shared, 'models', 'yunet_n_dynamic.onnx')], folder), ['yunet']);
  });
});
