/** Memory of one device, MiB. */
export interface BarMemory {
  readonly modelsMiB: number;
  readonly batchesMiB: number;
  readonly marginMiB: number;
  readonly freeMiB: number;
  readonly totalMiB: number;
}

const CELLS = 32;
const MARKS = { models: '█', batches: '▓', margin: '▒', spare: '░', others: '×' } as const;

/** What the marks of a bar mean. */
export const BAR_LEGEND = `${MARKS.models} models  ${MARKS.batches} batches  ${MARKS.margin} margin  ${MARKS.spare} spare  ${MARKS.others} not free`;

/** A device's memory as a bar. Every part that is not empty gets a cell at least. */
export function memoryBar(memory: BarMemory): string {
  const { modelsMiB, batchesMiB, marginMiB, freeMiB, totalMiB } = memory;
  const spareMiB = Math.max(0, freeMiB - modelsMiB - batchesMiB - marginMiB);
  const parts: readonly (readonly [mark: string, amountMiB: number])[] = [
    [MARKS.models, modelsMiB],
    [MARKS.batches, batchesMiB],
    [MARKS.margin, marginMiB],
    [MARKS.spare, spareMiB],
    [MARKS.others, Math.max(0, totalMiB - freeMiB)],
  ];
  const sumMiB = parts.reduce((sum, [, amountMiB]) => sum + amountMiB, 0);
  if (sumMiB <= 0) return MARKS.spare.repeat(CELLS);
  const cells = parts.map(([, amountMiB]) =>
    amountMiB > 0 ? Math.max(1, Math.round((CELLS * amountMiB) / sumMiB)) : 0,
  );
  const widest = cells.indexOf(Math.max(...cells));
  cells[widest]! += CELLS - cells.reduce((sum, count) => sum + count, 0);
  return parts.map(([mark], i) => mark.repeat(cells[i]!)).join('');
}
