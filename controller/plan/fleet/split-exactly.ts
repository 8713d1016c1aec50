import { type Split, type SplitInput, slowestOf } from './split.ts';

/**
 * The fastest split of all, by trying every way to share out each class in turn and leaving those that cannot beat the best so far. For
 * few devices only: the ways to share out n devices among m stages are (n + m − 1 over m − 1) for each class.
 * @param floor only splits faster than this are of interest
 * @returns null when there is none
 */
export function splitExactly(input: SplitInput, floor: number): Split | null {
  const { rates, counts, most } = input;
  const stages = rates.length;
  const devices = rates.map((ofStage) => ofStage.map(() => 0));
  const sums = rates.map(() => 0);
  const later = laterSums(input);
  let best: Split | null = null;
  let fastest = floor;

  const share = (c: number, stage: number, left: number, used: number): void => {
    if (c === counts.length) {
      const framesPerSec = slowestOf(rates, devices);
      if (framesPerSec <= fastest * (1 + 1e-12)) return;
      fastest = framesPerSec;
      best = { framesPerSec, devices: devices.map((ofStage) => [...ofStage]) };
      return;
    }
    if (stage === stages) {
      const limit = fastest * (1 + 1e-12);
      for (let s = 0; s < stages; s++) if (sums[s]! + later[c + 1]![s]! <= limit) return;
      share(c + 1, 0, counts[c + 1] ?? 0, used);
      return;
    }
    const rate = rates[stage]![c]!;
    const highest = rate === 0 ? 0 : Math.min(left, most - used);
    // the last stage takes the rest: more never harms; with a limit on all devices it may not pay, but is tried first as well
    for (let taken = highest; taken >= 0; taken--) {
      devices[stage]![c] = taken;
      sums[stage]! += taken * rate;
      share(c, stage + 1, left - taken, used + taken);
      sums[stage]! -= taken * rate;
      if (stage === stages - 1 && most === Number.POSITIVE_INFINITY) break;
    }
    devices[stage]![c] = 0;
  };
  share(0, 0, counts[0] ?? 0, 0);
  return best;
}

/** What every stage could still get from the classes from c on. */
function laterSums({ rates, counts, most }: SplitInput): number[][] {
  const later = Array.from({ length: counts.length + 1 }, () => rates.map(() => 0));
  for (let c = counts.length - 1; c >= 0; c--) {
    for (let s = 0; s < rates.length; s++) {
      later[c]![s] = later[c + 1]![s]! + Math.min(counts[c]!, most) * rates[s]![c]!;
    }
  }
  return later;
}
