import { permutations, subsets } from './orders.ts';
import { type Split, type SplitInput, splitBound } from './split.ts';
import { splitExactly } from './split-exactly.ts';
import { splitInBlocks } from './split-in-blocks.ts';

/** Classes of which every small set is looked at on its own. */
const MOST_CLASSES = 12;
/** Largest set of classes looked at on its own, and its devices of each class that are shared out exactly, by size of the set. */
const EXACT_DEVICES: readonly number[] = [0, 0, 8, 4, 2];
/** Ways to share out that an exact search may have at most. */
const MOST_WAYS = 50_000;
/** Stages whose every order is tried. */
const ALL_ORDERS_UP_TO = 4;

/**
 * The fastest known split of devices among the stages of a pass, or null when none is faster than `floor`.
 *
 * The candidates are blocks of all devices in the given orders, and for every set of up to three classes blocks in every order and, for a
 * few devices of each of up to four classes, all splits. None of these is lost when a device is added or a role removed, so that
 * neither makes a pass slower. With few devices the result is the optimum.
 */
export function bestSplit(input: SplitInput, floor: number): Split | null {
  const { counts } = input;
  const bound = splitBound(input);
  if (bound <= floor * (1 + 1e-9)) return null;
  let best: Split | null = null;
  const consider = (split: Split | null, classes: readonly number[] | null): void => {
    if (split === null || split.framesPerSec <= (best?.framesPerSec ?? floor) * (1 + 1e-9)) return;
    best = classes === null ? split : spread(split, classes, counts.length);
  };
  const beaten = (limit: number): boolean => limit <= (best?.framesPerSec ?? floor) * (1 + 1e-9);

  inBlocks(input, input.orders, bound, floor, (split) => consider(split, null));
  if (counts.length > MOST_CLASSES) return best;
  for (let size = 1; size < EXACT_DEVICES.length && size <= counts.length; size++) {
    for (const classes of subsets(counts.length, size)) {
      const part = pick(input, classes, Number.POSITIVE_INFINITY);
      const partBound = splitBound(part);
      if (beaten(partBound)) continue;
      if (size <= 3) {
        inBlocks(part, permutations(size), partBound, bestRate(best, floor), (split) =>
          consider(split, classes),
        );
      }
      const few = pick(input, classes, exactDevices(size, input.rates.length));
      if (!beaten(splitBound(few))) consider(splitExactly(few, bestRate(best, floor)), classes);
    }
  }
  return best;
}

function bestRate(best: Split | null, floor: number): number {
  return best?.framesPerSec ?? floor;
}

function inBlocks(
  input: SplitInput,
  orders: readonly (readonly number[])[],
  bound: number,
  floor: number,
  consider: (split: Split | null) => void,
): void {
  let fastest = floor;
  for (const classOrder of orders) {
    for (const stageOrder of stageOrders(input.rates.length)) {
      const split = splitInBlocks(input, classOrder, stageOrder, bound, fastest);
      if (split === null) continue;
      fastest = Math.max(fastest, split.framesPerSec);
      consider(split);
      if (fastest >= bound * (1 - 1e-9)) return;
    }
  }
}

const STAGE_ORDERS = new Map<number, readonly (readonly number[])[]>();

function stageOrders(stages: number): readonly (readonly number[])[] {
  let orders = STAGE_ORDERS.get(stages);
  if (orders === undefined) {
    const inFlow = Array.from({ length: stages }, (_, i) => i);
    orders = stages <= ALL_ORDERS_UP_TO ? permutations(stages) : [inFlow, inFlow.toReversed()];
    STAGE_ORDERS.set(stages, orders);
  }
  return orders;
}

function exactDevices(classes: number, stages: number): number {
  let devices = EXACT_DEVICES[classes]!;
  while (devices > 0 && ways(devices, stages) ** classes > MOST_WAYS) devices -= 1;
  return devices;
}

/** Ways to share out devices that are alike. */
function ways(devices: number, stages: number): number {
  let product = 1;
  for (let i = 1; i < stages; i++) product = (product * (devices + i)) / i;
  return product;
}

function pick(
  { rates, counts, most }: SplitInput,
  classes: readonly number[],
  mostOfEach: number,
): SplitInput {
  return {
    rates: rates.map((ofStage) => classes.map((c) => ofStage[c]!)),
    counts: classes.map((c) => Math.min(counts[c]!, mostOfEach)),
    most,
    orders: [],
  };
}

function spread({ devices, framesPerSec }: Split, classes: readonly number[], count: number): Split {
  return {
    framesPerSec,
    devices: devices.map((ofStage) => {
      const all = Array.from({ length: count }, () => 0);
      classes.forEach((c, i) => {
        all[c] = ofStage[i]!;
      });
      return all;
    }),
  };
}
