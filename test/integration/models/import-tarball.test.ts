import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import pacote from 'pacote';
import { checkCached } from '../../../models/cached-model.ts';
import { checkSamples } from '../../../models/cached-samples.ts';
import { SAMPLES } from '../../../models/catalog/samples.ts';
import { findModel } from '../../../models/ensure-model.ts';
import { importFiles } from '../../../models/import-files.ts';
import { npmSettings } from '../../../models/npm-settings.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { registryReachable } from '../../fixtures/registry-reachable.ts';
import { scratch } from '../../fixtures/scratch.ts';

const reachable = await registryReachable();

suite('importing without a network', { skip: reachable === true ? false : reachable }, () => {
  test('a tarball brings all that the catalogue has from it, raw files need to be complete', async () => {
    const folder = scratch();
    const elsewhere = scratch();
    const tarball = join(elsewhere, 'face api');
    const spec = `${SAMPLES.package}@${SAMPLES.version}`;
    await writeFile(tarball, await pacote.tarball(spec, await npmSettings()));
    assert.deepEqual((await importFiles([tarball], folder)).toSorted(), ['faceapi68', 'samples']);
    assert.notEqual(await checkCached(findModel('faceapi68'), folder), null);
    assert.equal(await checkSamples(folder), true);

    const package_ = join(elsewhere, 'package');
    await copyFile(tarball, join(elsewhere, 'package.tgz'));
    await pacote.extract(`file:${join(elsewhere, 'package.tgz')}`, package_);
    const [manifest, weights] = [
      'face_landmark_68_model-weights_manifest.json',
      'face_landmark_68_model.bin',
    ].map((name) => join(package_, 'model', name)) as [string, string];
    const other = scratch();
    await assert.rejects(importFiles([weights], other), failsWith('FF5001', 'faceapi68', '2 files, 1 given'));
    assert.deepEqual(await importFiles([weights, manifest], other), ['faceapi68']);
    const placed = await checkCached(findModel('faceapi68'), other);
    assert.deepEqual(
      await readFile(placed!.path),
      await readFile((await checkCached(findModel('faceapi68'), folder))!.path),
    );
  });
});
