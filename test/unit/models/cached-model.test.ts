import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../models/cache-folder.ts';
import { checkCached, modelPath, placeConverted, placeModel } from '../../../models/cached-model.ts';
import { MODELS } from '../../../models/catalog/catalog.ts';
import { ensureModel, findModel } from '../../../models/ensure-model.ts';
import { sha256 } from '../../../models/sha256.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';

const model = findModel('ultraface');

test('a cached model is used as it is', async () => {
  const cached = await ensureModel(model.name);
  const again = await ensureModel(model.name, { onFetch: () => assert.fail('fetched again') });
  assert.deepEqual(again, cached);
  assert.equal(sha256(await readFile(cached.path)), model.onnxSha256);
});

test('a tampered model is refused with both hashes, also when it was right before', async () => {
  const { path } = await ensureModel(model.name);
  const folder = scratch();
  const bytes = await readFile(path);
  await placeConverted(model, bytes, folder);
  assert.notEqual(await checkCached(model, folder), null);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(modelPath(model, folder), bytes);
  const refused = failsWith('FF2003', model.onnxSha256, sha256(bytes), modelPath(model, folder));
  await assert.rejects(checkCached(model, folder), refused);
  await assert.rejects(ensureModel(model.name, { folder }), refused);
});

test('a model that converts to something else is refused and not cached', async () => {
  const folder = scratch();
  const { path } = await ensureModel('fast68');
  await assert.rejects(placeConverted(model, await readFile(path), folder), failsWith('FF2003', 'ultraface'));
  assert.deepEqual(await readdir(folder), []);
});

test('damaged raw files end as FF2004', async () => {
  const folder = scratch();
  for (const { name, source, convert } of MODELS.values()) {
    if (source.kind === 'https') continue;
    const garbage = source.files.map(() => Buffer.from('neither zip nor JSON nor protobuf'));
    await assert.rejects(
      placeModel(findModel(name), garbage, folder),
      failsWith('FF2004', name),
      String(convert),
    );
  }
  assert.deepEqual(await readdir(folder), []);
});

test('a cache that cannot be written ends as FF2005', async () => {
  const { path } = await ensureModel(model.name);
  const file = join(scratch(), 'file');
  await writeFile(file, '');
  const folder = join(file, 'models');
  await assert.rejects(placeConverted(model, await readFile(path), folder), failsWith('FF2005', folder));
  await assert.rejects(ensureModel(model.name, { folder }), failsWith('FF2005', folder));
});

test('two processes that place the same model leave one whole file', async () => {
  const { path } = await ensureModel(model.name);
  const folder = scratch();
  const module = (file: string) => JSON.stringify(new URL(`../../../models/${file}`, import.meta.url).href);
  const script = `
    const { readFile } = await import('node:fs/promises');
    const { checkCached, placeConverted } = await import(${module('cached-model.ts')});
    const { findModel } = await import(${module('ensure-model.ts')});
    const onnx = await readFile(${JSON.stringify(path)});
    const model = findModel('ultraface');
    for (let i = 0; i < 20; i++) {
      await placeConverted(model, onnx, ${JSON.stringify(folder)});
      if ((await checkCached(model, ${JSON.stringify(folder)})) === null) process.exit(1);
    }`;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  await Promise.all([run(), run()]);
  assert.equal((await readdir(folder)).length, 1);
  assert.notEqual(await checkCached(model, folder), null);
});

test('unknown names are told with those that exist', async () => {
  await assert.rejects(ensureModel('retinaface'), failsWith('FF2001', 'retinaface', 'ultraface'));
});

test('the cache is where the environment says', () => {
  assert.equal(cacheFolder({ FACEFLEET_MODELS: '/m' }), '/m');
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/c' }), '/c/facefleet/models');
});

test('every model names its licence, hashes and size', () => {
  for (const [key, { name, onnxSha256, onnxBytes, licence, source }] of MODELS) {
    assert.equal(name, key);
    assert.match(onnxSha256, /^[0-9a-f]{64}$/, name);
    assert.ok(onnxBytes > 100_000, name);
    assert.ok(source.bytes > 100_000, name);
    assert.ok(licence.package && licence.weights, name);
    if (source.kind === 'npm') assert.match(source.integrity, /^sha512-[A-Za-z0-9+/]{86}==$/, name);
  }
});
