import { type Split, type SplitInput, slowestOf } from './split.ts';

/** Halvings of the interval of rates: below one part in 10¹² of the rate, whatever the bound. */
const HALVINGS = 52;

/**
 * The fastest split in which the devices, lined up by `classOrder`, are cut into one block for each stage of `stageOrder`. Exact for this
 * shape and independent of how many devices there are. A device more, wherever it stands in the line, only lengthens a block.
 * @param bound no split is faster
 * @param floor only splits faster than this are of interest
 * @returns null when there is none
 */
export function splitInBlocks(
  input: SplitInput,
  classOrder: readonly number[],
  stageOrder: readonly number[],
  bound: number,
  floor: number,
): Split | null {
  let low = floor > 0 ? floor * (1 + 1e-9) : leastRate(input.rates);
  if (!reaches(input, classOrder, stageOrder, low, null)) return null;
  let high = bound;
  if (reaches(input, classOrder, stageOrder, high, null)) low = high;
  for (let i = 0; i < HALVINGS && low < high; i++) {
    const middle = high > 2 * low ? Math.sqrt(low) * Math.sqrt(high) : (low + high) / 2;
    if (reaches(input, classOrder, stageOrder, middle, null)) low = middle;
    else high = middle;
  }
  const devices = input.rates.map((ofStage) => ofStage.map(() => 0));
  if (!reaches(input, classOrder, stageOrder, low, devices)) return null;
  return { devices, framesPerSec: slowestOf(input.rates, devices) };
}

/** No split is slower than its slowest device; infinite when a stage fits on none. */
function leastRate(rates: SplitInput['rates']): number {
  let least = Number.POSITIVE_INFINITY;
  for (const ofStage of rates) for (const rate of ofStage) if (rate > 0) least = Math.min(least, rate);
  return least;
}

/** Whether every stage's block can make `framesPerSec`; fills `devices` with the shortest blocks that do. */
function reaches(
  { rates, counts, most }: SplitInput,
  classOrder: readonly number[],
  stageOrder: readonly number[],
  framesPerSec: number,
  devices: number[][] | null,
): boolean {
  let at = 0;
  let left = counts[classOrder[0] ?? 0] ?? 0;
  let used = 0;
  for (const stage of stageOrder) {
    let missing = framesPerSec;
    const ofStage = rates[stage]!;
    while (missing > framesPerSec * 1e-12) {
      if (at >= classOrder.length) return false;
      const rate = ofStage[classOrder[at]!]!;
      if (left > 0 && rate > 0) {
        const taken = Math.min(left, Math.max(1, Math.ceil(missing / rate - 1e-12)));
        if (devices !== null) devices[stage]![classOrder[at]!]! += taken;
        missing -= taken * rate;
        left -= taken;
        used += taken;
        if (used > most) return false;
      }
      if (missing > framesPerSec * 1e-12) {
        at += 1;
        left = counts[classOrder[at] ?? 0] ?? 0;
      }
    }
  }
  return true;
}
