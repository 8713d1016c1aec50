import type { SplitInput } from './split.ts';

/**
 * Takes back the devices of a stage that its pass does not need: slow ones first, as long as the rest makes `framesPerSec`.
 * @param rates frames/s of one device of each class
 * @param devices of each class
 */
export function trim(
  rates: SplitInput['counts'],
  devices: readonly number[],
  framesPerSec: number,
): readonly number[] {
  const kept = [...devices];
  let sum = rates.reduce((total, rate, c) => total + rate * kept[c]!, 0);
  const slowestFirst = kept.map((_, c) => c).sort((a, b) => rates[a]! - rates[b]!);
  for (const c of slowestFirst) {
    const rate = rates[c]!;
    if (rate === 0) {
      kept[c] = 0;
      continue;
    }
    const surplus = Math.min(kept[c]!, Math.max(0, Math.floor((sum - framesPerSec) / rate + 1e-9)));
    kept[c]! -= surplus;
    sum -= surplus * rate;
  }
  return kept;
}
