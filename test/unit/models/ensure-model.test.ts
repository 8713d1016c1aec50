import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../models/cache-folder.ts';
import { checkCached, modelPath, placeModel } from '../../../models/cached-model.ts';
import { MODELS } from '../../../models/catalog/catalog.ts';
import { ensureModel, findModel } from '../../../models/ensure-model.ts';
import { sha256 } from '../../../models/sha256.ts';
import { temporaryFolder } from '../../../models/temporary-folder.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';

const model = findModel('ultraface');
const fails =
  (code: string, ...parts: RegExp[]) =>
  (error: unknown) =>
    error instanceof FacefleetError && error.code === code && parts.every((part) => part.test(error.message));

test('a cached model is used as it is', async () => {
  const cached = await ensureModel(model.name);
  const again = await ensureModel(model.name, { onFetch: () => assert.fail('fetched again') });
  assert.deepEqual(again, cached);
  assert.equal(sha256(await readFile(cached.path)), model.onnxSha256);
});

test('a tampered model is refused with both hashes', async () => {
  const { path } = await ensureModel(model.name);
  await temporaryFolder(async (folder) => {
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(modelPath(model, folder), bytes);
    const both = [new RegExp(model.onnxSha256), new RegExp(sha256(bytes))];
    await assert.rejects(ensureModel(model.name, { folder }), fails('FF2003', ...both));
  });
});

test('raw files of another model are refused', async () => {
  await temporaryFolder(async (folder) => {
    await assert.rejects(placeModel(model, [Buffer.from('other')], folder), fails('FF2003', /ultraface/));
    assert.deepEqual(await readdir(folder), []);
  });
});

test('damaged raw files end as FF2004', async () => {
  await temporaryFolder((folder) =>
    assert.rejects(
      placeModel(findModel('mediapipe478'), [Buffer.from('no zip file')], folder),
      fails('FF2004'),
    ),
  );
});

test('a cache that cannot be a folder ends as FF2005', async () => {
  const { path } = await ensureModel(model.name);
  await temporaryFolder(async (folder) => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const raw = await readFile(path);
    await assert.rejects(placeModel(model, [raw], join(file, 'models')), fails('FF2005'));
  });
});

test('two processes that fetch the same model leave one whole file', async () => {
  const { path } = await ensureModel(model.name);
  await temporaryFolder(async (folder) => {
    const script = `
      const { readFile } = await import('node:fs/promises');
      const { findModel, placeModel } = await import(${JSON.stringify(new URL('../../../models/ensure-model.ts', import.meta.url).href)});
      const raw = await readFile(${JSON.stringify(path)});
      for (let i = 0; i < 20; i++) await placeModel(findModel('ultraface'), [raw], ${JSON.stringify(folder)});`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await Promise.all([run(), run()]);
    assert.equal((await readdir(folder)).length, 1);
    assert.notEqual(await checkCached(model, folder), null);
  });
});

test('unknown names are told with those that exist', async () => {
  await assert.rejects(ensureModel('retinaface'), fails('FF2001', /ultraface/));
});

test('the cache is where the environment says', () => {
  assert.equal(cacheFolder({ FACEFLEET_MODELS: '/m' }), '/m');
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/c' }), '/c/facefleet/models');
});

test('every model names its licence, hashes and size', () => {
  for (const { name, onnxSha256, onnxBytes, licence, source } of MODELS.values()) {
    assert.match(onnxSha256, /^[0-9a-f]{64}$/, name);
    assert.ok(onnxBytes > 100_000, name);
    assert.ok(licence.package && licence.weights, name);
    if (source.kind === 'npm') assert.match(source.integrity, /^sha512-[A-Za-z0-9+/]{86}==$/, name);
  }
});
