import { ensureModel } from '../../models/ensure-model.ts';
import { HostPool } from '../../worker/engine/host-pool.ts';
import { findPlugin } from '../../worker/plugins/registry.ts';
import { DEFAULT_LIMITS } from '../../worker/source/limits.ts';
import type { SourceFrame } from '../../worker/source/source.ts';
import type { FrameInWork } from '../../worker/stage/frame-in-work.ts';
import type { StageRole } from '../../worker/stage/plan-stage.ts';
import { runStage } from '../../worker/stage/run-stage.ts';

/** Takes photos through a detector, an aligner and maskers, as an extraction with default options does. */
export async function extractPhotos(
  paths: readonly string[],
  plugins: {
    detector?: string;
    aligner?: string;
    alignerOptions?: object;
    maskers?: readonly string[];
  } = {},
): Promise<FrameInWork[]> {
  const roles = await Promise.all([
    stageRole('detect', 'detect', plugins.detector ?? 'ultraface'),
    stageRole('align', 'align', plugins.aligner ?? 'mediapipe478', plugins.alignerOptions),
    ...(plugins.maskers ?? []).map((name, i) => stageRole(`mask_${i}`, 'mask', name)),
  ]);
  const pool = await HostPool.open(roles, { providers: ['cpu'], threads: 2 });
  const frames: FrameInWork[] = [];
  async function* source(): AsyncGenerator<SourceFrame> {
    for (const [index, path] of paths.entries()) yield { index, key: path, input: { kind: 'file', path } };
  }
  try {
    const options = {
      roles,
      limits: DEFAULT_LIMITS,
      detect: { anglesDeg: [0], limits: { minDiagonalPx: 0, minPercent: 0, maxPercent: 0 } },
      align: { normalise: 'none', reFeeds: 0, reAlign: false, filters: null },
      crop: null,
      imageIsAligned: false,
    } as const;
    await runStage(
      pool,
      options,
      source(),
      (frame) => {
        frames.push(frame);
        return Promise.resolve();
      },
      new AbortController().signal,
    );
  } finally {
    await pool.close();
  }
  return frames.sort((a, b) => a.index - b.index);
}

async function stageRole(
  role: string,
  kind: 'detect' | 'align' | 'mask',
  name: string,
  options: object = {},
): Promise<StageRole> {
  const plugin = await findPlugin(kind, name);
  const modelPath = plugin.model === null ? null : (await ensureModel(plugin.model)).path;
  return { role, kind, plugin: plugin.name, options: plugin.options.parse(options), batch: 1, modelPath };
}
