import assert from 'node:assert/strict';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { checkCached, modelFile, modelPath } from '../../../models/cached-model.ts';
import { ensureModel, findModel } from '../../../models/ensure-model.ts';
import { openModelStore } from '../../../models/model-store.ts';
import { type PushedModel, pushModel } from '../../../models/push-model.ts';
import { sha256 } from '../../../models/sha256.ts';
import type { Store } from '../../../worker/store/store.ts';
import { runCli } from '../../fixtures/cli.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { makeBucket, testS3 } from '../../servers/test-bucket.ts';

const s3 = testS3();
const ultraface = findModel('ultraface');
const key = modelFile(ultraface);
/** No registry: what has to be fetched from it fails at once. */
const NO_REGISTRY = { npm_config_registry: 'http://127.0.0.1:9/' };

suite('a store of models: folder', () => {
  const address = scratch();
  storeOfModels(async () => ({ address }));
});

suite('a store of models: bucket', { skip: s3.missing }, () =>
  storeOfModels(async () => ({
    address: `s3://${await makeBucket(s3.endpoint)}/some/models`,
    endpoint: s3.endpoint,
  })),
);

function storeOfModels(place: () => Promise<{ address: string; endpoint?: string }>): void {
  let address: string;
  let endpoint: string | undefined;
  let store: Store;
  let right: Uint8Array;
  const taken = (folder: string, name = 'ultraface') =>
    ensureModel(name, { folder, store: { address, endpoint } });

  before(async () => {
    right = await readFile((await ensureModel('ultraface')).path);
    ({ address, endpoint } = await place());
    if (endpoint !== undefined) process.env.AWS_ENDPOINT_URL_S3 = endpoint;
    store = await openModelStore({ address, endpoint }, { writes: true });
  });
  after(() => delete process.env.AWS_ENDPOINT_URL_S3);

  test('what was pushed is taken from there, without a registry, and checked', async () => {
    const folder = scratch();
    await assert.rejects(taken(folder), failsWith('FF2006', key));
    assert.deepEqual(await pushModel('ultraface', store), {
      model: 'ultraface',
      key,
      bytes: ultraface.onnxBytes,
      sha256: ultraface.onnxSha256,
      result: 'put',
    });
    const from: string[] = [];
    const { path } = await ensureModel('ultraface', {
      folder,
      store: { address, endpoint },
      onFetch: (model, place) => from.push(`${model.name} ${place}`),
    });
    assert.deepEqual(from, [`ultraface ${address}`]);
    assert.equal(path, modelPath(ultraface, folder));
    assert.deepEqual(await readFile(path), right);
    assert.deepEqual(await readdir(folder), [key]);
  });

  test('what is there is neither fetched nor put again; of two at once one puts', async () => {
    await store.delete(key);
    const both = await Promise.all([pushModel('ultraface', store), pushModel('ultraface', store)]);
    assert.deepEqual(both.map(({ result }) => result).toSorted(), ['put', 'there']);
    const again = await pushModel('ultraface', store, { folder: scratch(), onFetch: () => assert.fail() });
    assert.equal(again.result, 'there');
  });

  test('tampered objects are refused with both hashes, and leave nothing in the cache', async () => {
    const folder = scratch();
    const flipped = Buffer.from(right);
    flipped[flipped.length >> 1]! ^= 1;
    for (const bytes of [flipped, right.subarray(0, -1), new Uint8Array(0)]) {
      await store.put(key, bytes);
      const refused = failsWith('FF2003', key, ultraface.onnxSha256, sha256(bytes));
      await assert.rejects(taken(folder), refused);
      await assert.rejects(pushModel('ultraface', store), refused);
    }
    await store.put(key, Buffer.concat([right, Buffer.from('more')]));
    const longer = failsWith('FF2003', ultraface.onnxSha256, `found ${right.length + 4} bytes`);
    await assert.rejects(taken(folder), longer);
    assert.deepEqual(await readdir(folder), []);
    assert.equal((await pushModel('ultraface', store, { replace: true })).result, 'replaced');
    assert.equal((await taken(folder)).sha256, ultraface.onnxSha256);
  });

  test('a tampered cache is refused, although the store has the right one', async () => {
    const folder = scratch();
    await appendFile((await taken(folder)).path, 'x');
    await assert.rejects(taken(folder), failsWith('FF2003', folder));
  });

  test('a job that is told to stop takes nothing', async () => {
    const folder = scratch();
    const signal = AbortSignal.abort(new Error('stopped'));
    const stopped = ensureModel('ultraface', { folder, store: { address, endpoint }, signal });
    await assert.rejects(stopped, /stopped/);
    assert.equal(await checkCached(ultraface, folder), null);
  });

  test('by the command: pushed, pushed again, and run from there by a machine without a registry', async () => {
    const push = await runCli(['models', 'push', address, 'ultraface', 'fast68', '-o', 'json']);
    assert.equal(push.code, 0, push.stderr);
    const lines = push.stdout.trimEnd().split('\n');
    const pushed = lines.map((line) => JSON.parse(line) as PushedModel);
    assert.deepEqual(
      pushed.map(({ model, result }) => [model, result]),
      [
        ['ultraface', 'there'],
        ['fast68', 'put'],
      ],
    );
    assert.match(push.stderr, /^fast68: put there, .*\/fast68-[0-9a-f]{12}\.onnx, 1\.2 MB$/m);
    const env = { ...NO_REGISTRY, FACEFLEET_MODELS: scratch(), FACEFLEET_MODELS_STORE: address };
    const pull = await runCli(['models', 'pull', 'ultraface', 'fast68'], undefined, env);
    assert.equal(pull.code, 0, pull.stderr);
    assert.ok(pull.stderr.includes(`fetching model fast68 from ${address}`), pull.stderr);
    const missing = await runCli(['models', 'pull', 'blazeface', 'ultraface'], undefined, env);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /FF2006 .*blazeface.*models push/s);
    assert.ok(missing.stderr.includes('\nultraface: '), 'the others are pulled all the same');
    await store.put(key, Buffer.from('tampered'));
    const refused = await runCli(['models', 'push', address, 'ultraface']);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      new RegExp(`FF2003 .*${ultraface.onnxSha256}.*${sha256(Buffer.from('tampered'))}`),
    );
    const forced = await runCli(['models', 'push', address, 'ultraface', '--force']);
    assert.deepEqual([forced.code, /put there instead of other bytes/.test(forced.stderr)], [0, true]);
  });
}

test('a store that is not there, an address that is none, a model that there is none of', async () => {
  const absent = { address: `${scratch()}/absent` };
  await assert.rejects(ensureModel('ultraface', { folder: scratch(), store: absent }), failsWith('FF2002'));
  const wrong = await runCli(['models', 'push', 'ftp://host/models', 'ultraface']);
  assert.deepEqual([wrong.code, /FF5004/.test(wrong.stderr)], [2, true]);
  const unknown = await runCli(['models', 'push', scratch(), 'retinaface']);
  assert.deepEqual([unknown.code, /FF2001/.test(unknown.stderr)], [2, true]);
});

test('a bucket that is not there is told', { skip: s3.missing }, async () => {
  const store = { address: 's3://facefleet-no-such-bucket/models', endpoint: s3.endpoint };
  await assert.rejects(ensureModel('ultraface', { folder: scratch(), store }), failsWith('FF4011'));
});
