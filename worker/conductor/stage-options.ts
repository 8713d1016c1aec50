import type { ExtractSpec } from '../../controller/api/extract-spec.ts';
import type { StageRole } from '../stage/plan-stage.ts';
import type { StageOptions } from '../stage/run-stage.ts';

/** What the stage has to do for an extraction. */
export function stageOptions(
  spec: ExtractSpec,
  roles: readonly StageRole[],
  decodeTimeoutMs: number,
): Omit<StageOptions, 'crop'> {
  const { detector, aligner, limits, source } = spec;
  return {
    roles,
    limits: { ...limits, timeoutMs: decodeTimeoutMs },
    detect: {
      anglesDeg: detector?.anglesDeg ?? [0],
      limits: {
        minDiagonalPx: detector?.minDiagonalPx ?? 0,
        minPercent: detector?.minPercent ?? 0,
        maxPercent: detector?.maxPercent ?? 0,
      },
    },
    align: {
      normalise: aligner?.normalise ?? 'none',
      reFeeds: aligner?.reFeeds ?? 0,
      reAlign: aligner?.reAlign ?? false,
      filters: aligner?.filters ?? null,
    },
    imageIsAligned: source.imageIsAligned,
  };
}
