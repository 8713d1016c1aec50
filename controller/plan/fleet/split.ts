/** The devices to share out among the stages of one pass. */
export interface SplitInput {
  /** Frames/s of one device: `rates[stage][class]`; 0 where the stage does not fit. */
  readonly rates: readonly (readonly number[])[];
  /** Devices of each class. */
  readonly counts: readonly number[];
  /** Most devices of all stages together. */
  readonly most: number;
  /** Orders of the classes in which blocks of devices are tried; see `classOrders`. */
  readonly orders: readonly (readonly number[])[];
}

/** Devices of each class that each stage gets, and the frames/s of the slowest stage. */
export interface Split {
  /** `devices[stage][class]` */
  readonly devices: readonly (readonly number[])[];
  readonly framesPerSec: number;
}

/** The slowest stage's frames/s. */
export function slowestOf(rates: SplitInput['rates'], devices: Split['devices']): number {
  let slowest = Number.POSITIVE_INFINITY;
  for (let s = 0; s < rates.length; s++) {
    let sum = 0;
    for (let c = 0; c < rates[s]!.length; c++) sum += rates[s]![c]! * devices[s]![c]!;
    slowest = Math.min(slowest, sum);
  }
  return slowest;
}

/**
 * No split is faster than this: every stage alone with all devices, and all devices at their best for stages weighted by how hard they
 * are (a dual solution of the problem in which devices may be divided).
 */
export function splitBound({ rates, counts, most }: SplitInput): number {
  let bound = Number.POSITIVE_INFINITY;
  const weights: number[] = [];
  for (const ofStage of rates) {
    let sum = 0;
    for (let c = 0; c < counts.length; c++) sum += Math.min(counts[c]!, most) * ofStage[c]!;
    if (sum === 0) return 0;
    bound = Math.min(bound, sum);
    weights.push(1 / sum);
  }
  let best = 0;
  for (let c = 0; c < counts.length; c++) {
    let highest = 0;
    for (let s = 0; s < rates.length; s++) highest = Math.max(highest, weights[s]! * rates[s]![c]!);
    best += Math.min(counts[c]!, most) * highest;
  }
  return Math.min(bound, best / weights.reduce((sum, weight) => sum + weight, 0));
}
