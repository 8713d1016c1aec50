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

/** Beyond this many growing roles only the largest and the smallest sets of them are tried. */
const ALL_SETS_UP_TO = 4;

/**
 * Batches that fit into `spareMiB` on top of one item each. Growth is taken in order of seconds gained per MiB until one does not fit,
 * for several sets of roles that may grow; the fastest result counts. As the order of two growths does not depend on other roles or
 * on the memory, more memory or fewer roles never make the counted time longer. Then the rest of the memory is handed out.
 */
export function fillBatches(roles: readonly GrowingBatch[], spareMiB: number): FilledBatches {
  const largest = roles.map(({ curve }) => curve.at(-1)!.batch);
  const fullMiB =
    batchesMiB(roles, largest) -
    batchesMiB(
      roles,
      roles.map(() => 1),
    );
  let counted: readonly number[] = largest;
  if (fullMiB > spareMiB) {
    const growths = inOrderOfGain(roles);
    let fastestSec = Number.POSITIVE_INFINITY;
    for (const grows of growingSets(roles.length)) {
      const grown = growUntilFull(roles.length, growths, grows, spareMiB);
      const sec = grown.reduce((sum, batch, i) => sum + secAt(roles[i]!, batch), 0);
      if (sec >= fastestSec) continue;
      fastestSec = sec;
      counted = grown;
    }
  }
  return { counted, batches: handOutRest(roles, counted, spareMiB) };
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
  grows: (role: number) => boolean,
  spareMiB: number,
): number[] {
  const batches = Array.from({ length: count }, () => 1);
  let usedMiB = 0;
  for (const { role, to, costMiB } of growths) {
    if (!grows(role)) continue;
    if (usedMiB + costMiB > spareMiB) break;
    usedMiB += costMiB;
    batches[role] = to;
  }
  return batches;
}

function growingSets(count: number): ((role: number) => boolean)[] {
  if (count <= ALL_SETS_UP_TO) {
    return Array.from(
      { length: 2 ** count },
      (_, bits) => (role: number) => ((bits >> role) & 1) === 1,
    ).reverse();
  }
  const each = Array.from({ length: count }, (_, i) => i);
  return [
    () => true,
    ...each.map((without) => (role: number) => role !== without),
    ...each.map((only) => (role: number) => role === only),
    () => false,
  ];
}

function handOutRest(
  roles: readonly GrowingBatch[],
  counted: readonly number[],
  spareMiB: number,
): readonly number[] {
  const batches = [...counted];
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
