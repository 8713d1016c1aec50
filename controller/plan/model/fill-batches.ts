import type { BatchStep } from './batch-curve.ts';

/** A role whose batch may grow. */
export interface GrowingBatch {
  readonly curve: readonly BatchStep[];
  readonly vramPerBatchMiB: number;
  readonly maxBatch: number;
}

/** `counted` are the batches that the predicted rate rests on; `batches` besides use what was still left. */
export interface FilledBatches {
  readonly counted: readonly number[];
  readonly batches: readonly number[];
}

interface Growth {
  readonly role: number;
  readonly to: number;
  readonly costMiB: number;
}

/** Combinations of batches up to which all are tried. */
const MOST_COMBINATIONS = 65_536;

/**
 * Batches that fit into `spareMiB` on top of one item each. With few combinations the fastest of all is taken. Otherwise growth is taken
 * in order of seconds gained per MiB until one does not fit, under several limits on single roles, and the fastest result counts. As
 * the order of two growths does not depend on other roles or on the memory, more memory or fewer roles never make the counted time longer.
 * Then the rest of the memory is handed out.
 */
export function fillBatches(roles: readonly GrowingBatch[], spareMiB: number): FilledBatches {
  const largest = roles.map(({ curve }) => curve.at(-1)!.batch);
  const onesMiB = batchesMiB(
    roles,
    roles.map(() => 1),
  );
  let counted: readonly number[] = largest;
  if (batchesMiB(roles, largest) - onesMiB > spareMiB) {
    const combinations = roles.reduce((product, { curve }) => product * curve.length, 1);
    counted =
      combinations <= MOST_COMBINATIONS ? fastestOfAll(roles, spareMiB) : fastestGrowth(roles, spareMiB);
  }
  return { counted, batches: handOutRest(roles, counted, spareMiB) };
}

function fastestOfAll(roles: readonly GrowingBatch[], spareMiB: number): readonly number[] {
  // what the roles from i on take at least
  const leastSec = roles.map((_, i) =>
    roles.slice(i).reduce((sum, { curve }) => sum + curve.at(-1)!.secPerFrame, 0),
  );
  let best: readonly number[] = roles.map(() => 1);
  let fastestSec = Number.POSITIVE_INFINITY;
  const batches = [...best];
  const next = (role: number, usedMiB: number, sec: number): void => {
    if (role === roles.length) {
      if (sec >= fastestSec) return;
      fastestSec = sec;
      best = [...batches];
      return;
    }
    const { curve, vramPerBatchMiB } = roles[role]!;
    for (const { batch, secPerFrame } of curve.toReversed()) {
      const withMiB = usedMiB + (batch - 1) * vramPerBatchMiB;
      if (withMiB > spareMiB) continue;
      if (sec + secPerFrame + (leastSec[role + 1] ?? 0) >= fastestSec) break;
      batches[role] = batch;
      next(role + 1, withMiB, sec + secPerFrame);
    }
  };
  next(0, 0, 0);
  return best;
}

function fastestGrowth(roles: readonly GrowingBatch[], spareMiB: number): readonly number[] {
  const growths = inOrderOfGain(roles);
  let best: readonly number[] = roles.map(() => 1);
  let fastestSec = Number.POSITIVE_INFINITY;
  for (const limits of limitsOf(roles.length)) {
    const grown = growUntilFull(roles.length, growths, limits, spareMiB);
    const sec = grown.reduce((sum, batch, i) => sum + secAt(roles[i]!, batch), 0);
    if (sec >= fastestSec) continue;
    fastestSec = sec;
    best = grown;
  }
  return best;
}

/** MiB that batches of these sizes take. */
function batchesMiB(roles: readonly GrowingBatch[], batches: readonly number[]): number {
  return roles.reduce((sum, { vramPerBatchMiB }, i) => sum + vramPerBatchMiB * batches[i]!, 0);
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
  if (count <= 3) return combinationsOf([FREE, 4, 2, 1], count);
  if (count === 4) return combinationsOf([FREE, 2, 1], count);
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

function handOutRest(
  roles: readonly GrowingBatch[],
  counted: readonly number[],
  spareMiB: number,
): readonly number[] {
  // items that cost nothing come first
  const batches = counted.map((batch, i) => (roles[i]!.vramPerBatchMiB === 0 ? roles[i]!.maxBatch : batch));
  const onesMiB = batchesMiB(
    roles,
    roles.map(() => 1),
  );
  for (;;) {
    let next = -1;
    roles.forEach(({ vramPerBatchMiB, maxBatch }, i) => {
      const batch = batches[i]!;
      if (batch >= maxBatch) return;
      const usedMiB = batchesMiB(roles, batches) - onesMiB + vramPerBatchMiB;
      if (usedMiB > spareMiB) return;
      if (next === -1 || batch / maxBatch < batches[next]! / roles[next]!.maxBatch) next = i;
    });
    if (next === -1) return batches;
    batches[next]! += 1;
  }
}

function secAt({ curve }: GrowingBatch, batch: number): number {
  return curve.find((step) => step.batch === batch)!.secPerFrame;
}
