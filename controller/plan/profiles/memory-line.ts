import type { ProfiledBatch } from './profile.ts';

/** Memory as a straight line over the batch, MiB. */
export interface MemoryLine {
  readonly vramMiB: number;
  readonly vramPerBatchMiB: number;
}

/**
 * A line over the batch size that is nowhere below a measurement: the steepest step between neighbours is its slope, so that it does
 * not fall below steps outside the measured range either.
 * @param batches at least one, by batch, smallest first
 */
export function memoryLine(batches: readonly ProfiledBatch[]): MemoryLine {
  let slope = 0;
  for (let i = 1; i < batches.length; i++) {
    const { batch, memoryMiB } = batches[i]!;
    const before = batches[i - 1]!;
    slope = Math.max(slope, (memoryMiB - before.memoryMiB) / (batch - before.batch));
  }
  const vramPerBatchMiB = Math.ceil(slope * 10) / 10;
  const start = Math.max(...batches.map(({ batch, memoryMiB }) => memoryMiB - vramPerBatchMiB * batch));
  return { vramMiB: Math.max(0, Math.ceil(start)), vramPerBatchMiB };
}
