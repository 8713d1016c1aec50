import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { pino } from 'pino';
import { extractSpec } from '../../../controller/api/extract-spec.ts';
import { ensureModel } from '../../../models/ensure-model.ts';
import { type ExtractJob, extract } from '../../../worker/conductor/extract.ts';
import { FAILURE_LIMITS } from '../../../worker/conductor/plugin-failures.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import type { FrameFailure } from '../../../worker/formats/records.ts';
import { findPlugin } from '../../../worker/plugins/registry.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { openSource } from '../../../worker/source/open-source.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';

describe('a plugin that fails on every frame', () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  before(() => smallPhotos(input, 8));

  /** An extraction whose detector is given the model of another one. */
  async function brokenJob(output: string, failed: FrameFailure[]): Promise<ExtractJob> {
    const sourceSpec = { input, recursive: false, everyN: 1, limits: DEFAULT_LIMITS };
    const { path: modelPath } = await ensureModel('blazeface');
    const { options } = await findPlugin('detect', 'ultraface');
    const roles = [
      {
        role: 'detect',
        kind: 'detect',
        plugin: 'ultraface',
        options: options.parse({}),
        batch: 1,
        modelPath,
      },
    ] as const;
    const spec = extractSpec.parse({
      source: { name: 'photos', kind: 'folder', imageIsAligned: false },
      limits: { maxPixels: DEFAULT_LIMITS.maxPixels, maxBytes: DEFAULT_LIMITS.maxBytes },
      detector: {
        plugin: 'ultraface',
        options: {},
        anglesDeg: [0],
        minDiagonalPx: 0,
        minPercent: 0,
        maxPercent: 0,
      },
      aligner: null,
      maskers: [],
      output: { sizePx: 64, faces: false, debugLandmarks: false },
    });
    return {
      source: await openSource(sourceSpec),
      sourceSpec,
      outputFolder: join(folder, output),
      spec,
      stage: {
        roles,
        limits: DEFAULT_LIMITS,
        detect: { anglesDeg: [0], limits: { minDiagonalPx: 0, minPercent: 0, maxPercent: 0 } },
        align: { normalise: 'none', reFeeds: 0, reAlign: false, filters: null },
        imageIsAligned: false,
      },
      engine: { providers: ['cpu'], threads: 1 },
      plan: null,
      models: {},
      overwrite: false,
      keepExisting: 'same-spec',
      failureLimits: FAILURE_LIMITS,
      signal: new AbortController().signal,
      log: pino({ level: 'silent' }),
      onProgress() {},
      onFailure: (failure) => failed.push(failure),
    };
  }

  it('ends the job at the limit, with the plugin and its message', async () => {
    for (const limits of [
      { inARow: 5, share: 1, shareAfter: 1 },
      { inARow: 0, share: 0.5, shareAfter: 5 },
    ]) {
      const failed: FrameFailure[] = [];
      const job = { ...(await brokenJob(`ended-${limits.inARow}`, failed)), failureLimits: limits };
      await assert.rejects(extract(job), (error: unknown) => {
        assert.ok(error instanceof FacefleetError);
        assert.equal(error.code, 'FF3006');
        assert.match(error.message, /: 5 .*FF3003 .*ultraface on photo-00\d\.jpg/);
        return true;
      });
      assert.equal(failed.length, 5);
    }
  });

  it('fails its frames only while below the limit', async () => {
    const failed: FrameFailure[] = [];
    const summary = await extract(await brokenJob('below', failed));
    assert.deepEqual([summary.failed, summary.frames, failed.length], [8, 8, 8]);
    assert.ok(failed.every(({ code, plugin }) => code === 'FF3003' && plugin === 'ultraface'));
  });
});
