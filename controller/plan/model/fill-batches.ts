import { fastestGrowth, type GrowingBatch, secOf } from './grow-batches.ts';

/** `counted` are the batches that the predicted rate rests on; `batches` besides use what was still left. */
export interface FilledBatches {
  readonly counted: readonly number[];
  readonly batches: readonly number[];
}

/** Combinations of batches up to which all are tried. */
const MOST_COMBINATIONS = 65_536;
/** Steps of the search for something faster when there are more. */
const MOST_STEPS = 10_000;

/**
 * Batches that fit into `spareMiB` on top of one item each: the fastest of all where there are few combinations, otherwise those grown by
 * gain, or what a search of limited length finds faster. Then the rest of the memory is handed out.
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
      combinations <= MOST_COMBINATIONS
        ? fastestOfAll(roles, spareMiB, null, Number.POSITIVE_INFINITY)
        : fastestOfAll(roles, spareMiB, fastestGrowth(roles, spareMiB), MOST_STEPS);
  }
  return { counted, batches: handOutRest(roles, counted, spareMiB) };
}

/** The fastest batches that fit, or `known` when none that is found in `mostSteps` is faster. */
function fastestOfAll(
  roles: readonly GrowingBatch[],
  spareMiB: number,
  known: readonly number[] | null,
  mostSteps: number,
): readonly number[] {
  // what the roles from i on take at least
  const leastSec = roles.map((_, i) =>
    roles.slice(i).reduce((sum, { curve }) => sum + curve.at(-1)!.secPerFrame, 0),
  );
  let best: readonly number[] = known ?? roles.map(() => 1);
  let fastestSec = known === null ? Number.POSITIVE_INFINITY : secOf(roles, known);
  let steps = 0;
  const batches = [...best];
  const next = (role: number, usedMiB: number, sec: number): void => {
    if (role === roles.length) {
      if (sec >= fastestSec) return;
      fastestSec = sec;
      best = [...batches];
      return;
    }
    const { curve, vramPerBatchMiB } = roles[role]!;
    for (let i = largestFitting(curve, vramPerBatchMiB, spareMiB - usedMiB); i >= 0; i--) {
      const { batch, secPerFrame } = curve[i]!;
      const withMiB = usedMiB + (batch - 1) * vramPerBatchMiB;
      if (withMiB > spareMiB) continue;
      steps += 1;
      if (steps > mostSteps) return;
      if (sec + secPerFrame + (leastSec[role + 1] ?? 0) >= fastestSec) break;
      batches[role] = batch;
      next(role + 1, withMiB, sec + secPerFrame);
    }
  };
  next(0, 0, 0);
  return best;
}

/** Index of the largest batch whose items besides the first fit into `spareMiB`, or of the one after it: sums may round. */
function largestFitting(curve: GrowingBatch['curve'], vramPerBatchMiB: number, spareMiB: number): number {
  let low = 0;
  let high = curve.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((curve[middle]!.batch - 1) * vramPerBatchMiB <= spareMiB) low = middle;
    else high = middle - 1;
  }
  return Math.min(curve.length - 1, low + 1);
}

/** MiB that batches of these sizes take. */
function batchesMiB(roles: readonly GrowingBatch[], batches: readonly number[]): number {
  return roles.reduce((sum, { vramPerBatchMiB }, i) => sum + vramPerBatchMiB * batches[i]!, 0);
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
    const usedMiB = batchesMiB(roles, batches) - onesMiB;
    roles.forEach(({ vramPerBatchMiB, maxBatch }, i) => {
      const batch = batches[i]!;
      if (batch >= maxBatch || usedMiB + vramPerBatchMiB > spareMiB) return;
      if (next === -1 || batch / maxBatch < batches[next]! / roles[next]!.maxBatch) next = i;
    });
    if (next === -1) return batches;
    batches[next]! += 1;
  }
}
