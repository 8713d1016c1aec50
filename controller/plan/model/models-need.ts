import { SEED_SCALING } from '../compat/seed-scaling.ts';
import type { RoleNeed } from '../problem.ts';

/** Scaling for more GPU plugins than faceswap's table of 2020 knows; its later versions say so. */
const MANY = 0.4;

/**
 * VRAM that the loaded models of a stage take together, MiB. Declared and guessed numbers follow faceswap's observation that models in
 * one process share memory: their sum is scaled by how many there are. Measured numbers add up in full. A stage never needs less than
 * any part of it: the largest value over all subsets counts, which is reached by the m largest models for some m. (faceswap's plain
 * scaled sum falls when a small model joins a large one, 4000 MiB alone to 0.7 × 4100.)
 */
export function modelsNeed(roles: readonly RoleNeed[]): number {
  const onGpu = roles.filter(({ device }) => device === 'gpu');
  let measuredMiB = 0;
  for (const { vramMiB, vramOrigin } of onGpu) if (vramOrigin === 'measured') measuredMiB += vramMiB;
  const scaled = onGpu.filter(({ vramOrigin }) => vramOrigin !== 'measured').map(({ vramMiB }) => vramMiB);
  scaled.sort((a, b) => b - a);
  let sumMiB = 0;
  let largestMiB = 0;
  scaled.forEach((mib, i) => {
    sumMiB += mib;
    largestMiB = Math.max(largestMiB, sumMiB * (SEED_SCALING[i + 1] ?? MANY));
  });
  return measuredMiB + largestMiB;
}
