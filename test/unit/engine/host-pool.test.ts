import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ensureModel } from '../../../models/ensure-model.ts';
import { temporaryFolder } from '../../../models/temporary-folder.ts';
import { HostPool } from '../../../worker/engine/host-pool.ts';
import { openOnnxSession } from '../../../worker/engine/onnx-session.ts';
import type { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import type { StageRole } from '../../../worker/stage/plan-stage.ts';
import type { RgbImage } from '../../../worker/vision/types.ts';

async function detectRole(modelPath?: string): Promise<StageRole[]> {
  const path = modelPath ?? (await ensureModel('ultraface')).path;
  const options = { confidence: 0.7, nmsIou: 0.4 };
  return [{ role: 'detect', kind: 'detect', plugin: 'ultraface', options, batch: 1, modelPath: path }];
}

function noise(width: number, height: number): RgbImage {
  const data = new Uint8Array(new SharedArrayBuffer(width * height * 3));
  data.forEach((_, i) => {
    data[i] = Math.imul(i, 2654435761) >>> 24;
  });
  return { width, height, data };
}

const detectOptions = {
  anglesDeg: [0],
  limits: { minDiagonalPx: 0, minPercent: 0, maxPercent: 0 },
  batch: 1,
};

suite('execution providers', () => {
  test('a missing provider is passed over, with its reason', async () => {
    const { path } = await ensureModel('ultraface');
    const opened = await openOnnxSession({ modelPath: path, providers: ['cuda', 'cpu'], threads: 1 });
    await opened.session.release();
    if (opened.provider === 'cuda') return;
    assert.equal(opened.provider, 'cpu');
    assert.deepEqual(
      opened.skipped.map(({ provider }) => provider),
      ['cuda'],
    );
    assert.ok(opened.skipped[0]!.reason.length > 0);
  });

  test('without a usable provider in the list the error names what was tried', async (t) => {
    const { path } = await ensureModel('ultraface');
    try {
      const opened = await openOnnxSession({ modelPath: path, providers: ['tensorrt'], threads: 1 });
      await opened.session.release();
      t.skip('this machine has TensorRT');
    } catch (error) {
      assert.equal((error as FacefleetError).code, 'FF3001');
      assert.match((error as FacefleetError).message, /tensorrt/);
    }
  });

  test("a damaged model is the model's fault, not the provider's", async () => {
    await temporaryFolder(async (folder) => {
      const path = join(folder, 'damaged.onnx');
      await writeFile(path, 'not a model');
      await assert.rejects(HostPool.open(await detectRole(path), { providers: ['cpu'], threads: 1 }), {
        code: 'FF3002',
      });
    });
  });

  test('the pool falls back to the CPU and says so', async () => {
    const pool = await HostPool.open(await detectRole(), { providers: ['cuda', 'cpu'], threads: 1 });
    try {
      assert.ok(pool.report.provider === 'cuda' || pool.report.skipped[0]?.provider === 'cuda');
    } finally {
      await pool.close();
    }
  });
});

suite('host pool', () => {
  test('many calls at once each get their own answer', async () => {
    const pool = await HostPool.open(await detectRole(), { providers: ['cpu'], threads: 2 });
    try {
      const counts = [1, 2, 3, 4, 5, 6];
      const answers = await Promise.all(
        counts.map((count) => {
          const images = Array.from({ length: count }, () => noise(64, 48));
          return pool.call('detect', { role: 'detect', images, options: detectOptions }, 1);
        }),
      );
      assert.deepEqual(
        answers.map((faces) => faces.length),
        counts,
      );
    } finally {
      await pool.close();
    }
  });

  test('an operation that throws fails its call alone', async () => {
    const pool = await HostPool.open(await detectRole(), { providers: ['cpu'], threads: 1 });
    try {
      const limits = { maxBytes: 1e6, maxPixels: 1e6, timeoutMs: 1000 };
      await assert.rejects(pool.call('decode', { path: '/nowhere.jpg', limits, slab: null }, 0), {
        code: 'FF1006',
      });
      const [faces] = await pool.call(
        'detect',
        { role: 'detect', images: [noise(64, 48)], options: detectOptions },
        1,
      );
      assert.ok(Array.isArray(faces));
    } finally {
      await pool.close();
    }
  });

  test('calls in work fail when the pool is closed', async () => {
    const pool = await HostPool.open(await detectRole(), { providers: ['cpu'], threads: 1 });
    const images = Array.from({ length: 200 }, () => noise(640, 480));
    const call = assert.rejects(pool.call('detect', { role: 'detect', images, options: detectOptions }, 1), {
      code: 'FF3005',
    });
    await pool.close();
    await call;
  });
});
