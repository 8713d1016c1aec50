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
  const slowestFirst = kept.map((_, c) => c).sort((a, b) => rates[a]! - rates[b]!);
  for (const c of slowestFirst) {
    const rate = rates[c]!;
    // summed anew each time: rates may be so unequal that differences of sums are nothing but rounding
    const others = kept.reduce((sum, count, other) => sum + (other === c ? 0 : count * rates[other]!), 0);
    const missing = framesPerSec * (1 - 1e-9) - others;
    const needed = rate === 0 || missing <= 0 ? 0 : Math.max(1, Math.ceil(missing / rate - 1e-9));
    kept[c] = Math.min(kept[c]!, needed);
  }
  return kept;
}
