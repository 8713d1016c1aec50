import type { Origin, RoleNeed, Throughput } from '../problem.ts';
import { productSpeed } from './gpu-speed.ts';

/** A plugin's speed on one device at some batches. */
export interface RatePoints {
  /** Ascending in `batch`, at least one. */
  readonly points: readonly { readonly batch: number; readonly framesPerSec: number }[];
  readonly origin: Origin;
}

/** Guess for a plugin of which nothing is known: a model of 1000 MiB makes 80 frames/s on the reference GPU, twice the model half of it. */
const GUESSED_MIB_FRAMES_PER_SEC = 80_000;
/** Least model of that guess, MiB. */
const GUESSED_LEAST_MIB = 100;
/** Guess for a core: the reference GPU is 25 times as fast. */
const GUESSED_CORE_SPEED = 1 / 25;
/** Guess for one core with a plugin that needs no network. */
const GUESSED_DRAWING_FRAMES_PER_SEC = 1000;

/** A device as the rates see it. */
export interface RatedDevice {
  /** As in `Throughput.product`: `cpu` is one core. */
  readonly product: string;
  /** Relative to the reference GPU; of a core not used. */
  readonly speed: number;
}

/** What is known of a plugin's speed on a device: numbers of that product, else of another one scaled by speed, else a guess. */
export function ratePoints(need: RoleNeed, device: RatedDevice): RatePoints {
  const own = need.throughput.filter(({ product }) => product === device.product);
  if (own.length > 0) return sorted(own, 1, null);
  const isCore = device.product === 'cpu';
  const speed = isCore ? GUESSED_CORE_SPEED : device.speed;
  if (isCore && need.device === 'cpu') {
    return { points: [{ batch: 1, framesPerSec: GUESSED_DRAWING_FRAMES_PER_SEC }], origin: 'guessed' };
  }
  const reference = need.throughput.filter(({ product }) => product === null);
  if (reference.length > 0) return sorted(reference, speed, isCore ? 'guessed' : null);
  const other = need.throughput.map(({ product }) => product ?? '').filter((name) => name !== 'cpu');
  const [nearest] = other.sort((a, b) => distance(a, speed) - distance(b, speed) || (a < b ? -1 : 1));
  if (nearest !== undefined) {
    const known = need.throughput.filter(({ product }) => product === nearest);
    return sorted(known, speed / productSpeed(nearest), 'guessed');
  }
  const framesPerSec = (GUESSED_MIB_FRAMES_PER_SEC / Math.max(GUESSED_LEAST_MIB, need.vramMiB)) * speed;
  return { points: [{ batch: need.batch, framesPerSec }], origin: 'guessed' };
}

function distance(product: string, speed: number): number {
  return Math.abs(Math.log(productSpeed(product) / speed));
}

/** One point per batch (the fastest), scaled; `origin` overrides the weakest one of the numbers. */
function sorted(known: readonly Throughput[], scale: number, origin: Origin | null): RatePoints {
  const fastest = new Map<number, number>();
  for (const { batch, framesPerSec } of known) {
    fastest.set(batch, Math.max(fastest.get(batch) ?? 0, framesPerSec * scale));
  }
  const points = [...fastest].map(([batch, framesPerSec]) => ({ batch, framesPerSec }));
  const weakest = known.some((point) => point.origin === 'guessed')
    ? 'guessed'
    : known.some((point) => point.origin === 'declared')
      ? 'declared'
      : 'measured';
  return { points: points.sort((a, b) => a.batch - b.batch), origin: origin ?? weakest };
}
