import type { BatchStep } from './batch-curve.ts';

/** A role whose batch may grow. */
export interface GrowingBatch {
  readonly curve: readonly BatchStep[];
  readonly vramPerBatchMiB: number;
  readonly maxBatch: number;
}

interface Growth {
  readonly role: number;
  readonly to: number;
  readonly costMiB: number;
}

/**
 * Batches grown in order of seconds gained per MiB until one growth does not fit, under several limits on single roles; the fastest of these.
 * The order of two growths depends neither on other roles nor on the memory.
 */
export function fastestGrowth(roles: readonly GrowingBatch[], spareMiB: number): readonly number[] {
  const growths = inOrderOfGain(roles);
  let best: readonly number[] = roles.map(() => 1);
  let fastestSec = Number.POSITIVE_INFINITY;
  for (const limits of limitsOf(roles.length)) {
    const grown = growUntilFull(roles.length, growths, limits, spareMiB);
    const sec = secOf(roles, grown);
    if (sec >= fastestSec) continue;
    fastestSec = sec;
    best = grown;
  }
  return best;
}

function inOrderOfGain(roles: readonly GrowingBatch[]): Growth[] {
  const growths: (Growth & { readonly gain: number })[] = [];
  roles.forEach(({ curve, vramPerBatchMiB }, role) => {
    let gain = Number.POSITIVE_INFINITY;
    for (let i = 1; i < curve.length; i++) {
      const from = curve[i - 1]!;
      const to = curve[i]!;
      const costMiB = (to.batch - from.batch) * vramPerBatchMiB;
      // rounding must not turn the order of a role's own growths
      gain = Math.min(gain, (from.secPerFrame - to.secPerFrame) / costMiB);
      growths.push({ role, to: to.batch, costMiB, gain });
    }
  });
  return growths.sort((a, b) => (a.gain === b.gain ? a.role - b.role || a.to - b.to : b.gain - a.gain));
}

function growUntilFull(
  count: number,
  growths: readonly Growth[],
  limits: readonly number[],
  spareMiB: number,
): number[] {
  const batches = Array.from({ length: count }, () => 1);
  let usedMiB = 0;
  for (const { role, to, costMiB } of growths) {
    if (to > limits[role]!) continue;
    if (usedMiB + costMiB > spareMiB) break;
    usedMiB += costMiB;
    batches[role] = to;
  }
  return batches;
}

const FREE = Number.POSITIVE_INFINITY;

/** Limits on the batches of single roles under which growth is tried; each list holds, for fewer roles, what it holds for more. */
function limitsOf(count: number): readonly (readonly number[])[] {
  if (count <= 4) return combinationsOf([FREE, 4, 2, 1], count);
  const each = Array.from({ length: count }, (_, i) => i);
  return [
    each.map(() => FREE),
    ...each.map((held) => each.map((role) => (role === held ? 1 : FREE))),
    ...each.map((free) => each.map((role) => (role === free ? FREE : 1))),
  ];
}

function combinationsOf(values: readonly number[], count: number): readonly (readonly number[])[] {
  let all: number[][] = [[]];
  for (let i = 0; i < count; i++) all = all.flatMap((some) => values.map((value) => [...some, value]));
  return all;
}

/** Seconds per frame of all roles in these batches. */
export function secOf(roles: readonly GrowingBatch[], batches: readonly number[]): number {
  return batches.reduce((sum, batch, i) => sum + secAt(roles[i]!, batch), 0);
}

function secAt({ curve }: GrowingBatch, batch: number): number {
  return curve.find((step) => step.batch === batch)!.secPerFrame;
}
