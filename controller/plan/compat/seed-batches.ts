/** One GPU plugin of a phase: MiB for each item of a batch, and the batch it asks for. */
export interface SeedBatch {
  readonly vramPerBatchMiB: number;
  readonly batch: number;
}

/**
 * faceswap's batch sizing of August 2020 for the GPU plugins of one phase, in its order of floating point operations: every plugin gets
 * its part of the memory in proportion to its need per item, then what is left goes round, largest need first.
 * @param plugins in flow order
 * @param availableMiB may be negative
 * @returns the batches; `EndlessLoop` where the original never returned; `ZeroVramPerBatch` where it divided by zero
 */
export function seedBatches(
  plugins: readonly SeedBatch[],
  availableMiB: number,
): readonly number[] | 'EndlessLoop' | 'ZeroVramPerBatch' {
  const perItem = plugins.map(({ vramPerBatchMiB }) => vramPerBatchMiB);
  if (perItem.some((mib) => mib === 0)) return 'ZeroVramPerBatch';
  const wanted = plugins.map(({ batch }) => batch);
  const total = perItem.reduce((sum, mib) => sum + mib, 0);
  const given = perItem.map((mib, i) =>
    Math.min(wanted[i]!, Math.max(1, Math.trunc((availableMiB * (mib / total)) / mib))),
  );
  let left = availableMiB - given.reduce((sum, batch, i) => sum + batch * perItem[i]!, 0);
  const largestFirst = perItem.map((_, i) => i).sort((a, b) => perItem[b]! - perItem[a]!);
  const smallest = Math.min(...perItem);
  while (left > smallest && given.some((batch, i) => batch !== wanted[i])) {
    let raised = false;
    for (const i of largestFirst) {
      if (perItem[i]! > left || given[i] === wanted[i]) continue;
      given[i]! += 1;
      left -= perItem[i]!;
      raised = true;
    }
    if (!raised) return 'EndlessLoop';
  }
  return given;
}
