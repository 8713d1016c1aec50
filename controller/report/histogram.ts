/** How a histogram's bins lie on the number line. */
export interface Scale {
  /** Lower edge of the first bin. */
  readonly from: number;
  /** Upper edge of the last bin. */
  readonly to: number;
  /** `log`: bins of equal ratio instead of equal width. */
  readonly kind: 'linear' | 'log';
  /** How many fine bins are counted. */
  readonly bins: number;
  /** So many fine bins may become one bar, ascending: the widths that read well. */
  readonly merges: readonly number[];
}

/** A bar of a histogram; the upper edge belongs to the next one. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** What a histogram says of its numbers. */
export interface Distribution {
  /** How many numbers were counted. */
  readonly count: number;
  /** How many values were no numbers. */
  readonly missing: number;
  /** Of the numbers themselves, not of their bins; null when there are none. */
  readonly range: { readonly min: number; readonly mean: number; readonly max: number } | null;
  /** From the first to the last that is not empty; empty when there are no numbers. */
  readonly bars: readonly Bar[];
}

/** Counts numbers in bins as they come; its memory does not grow with them. Numbers beyond the scale go to its outermost bins. */
export class Histogram {
  readonly #scale: Scale;
  readonly #counts: Float64Array;
  #count = 0;
  #missing = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(scale: Scale) {
    this.#scale = scale;
    this.#counts = new Float64Array(scale.bins);
  }

  /** @param value anything but a finite number counts as missing */
  add(value: unknown): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      this.#missing += 1;
      return;
    }
    this.#count += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#counts[binOf(value, this.#scale)]! += 1;
  }

  /** @param maxBars fine bins are merged until there are no more bars than that, as far as the scale allows */
  distribution(maxBars: number): Distribution {
    const [count, missing] = [this.#count, this.#missing];
    if (count === 0) return { count, missing, range: null, bars: [] };
    const range = { min: this.#min, mean: this.#sum / count, max: this.#max };
    return { count, missing, range, bars: this.#bars(maxBars) };
  }

  #bars(maxBars: number): Bar[] {
    const first = this.#counts.findIndex((count) => count > 0);
    const last = this.#counts.findLastIndex((count) => count > 0);
    const barsWith = (merge: number): number => Math.floor(last / merge) - Math.floor(first / merge) + 1;
    const { merges } = this.#scale;
    const merge = merges.find((candidate) => barsWith(candidate) <= maxBars) ?? merges.at(-1) ?? 1;
    const start = Math.floor(first / merge);
    return Array.from({ length: barsWith(merge) }, (_, i) => {
      const begin = (start + i) * merge;
      const end = Math.min(begin + merge, this.#scale.bins);
      const count = this.#counts.subarray(begin, end).reduce((sum, bin) => sum + bin, 0);
      return { from: edgeOf(begin, this.#scale), to: edgeOf(end, this.#scale), count };
    });
  }
}

function binOf(value: number, { from, to, kind, bins }: Scale): number {
  const share =
    kind === 'linear'
      ? (value - from) / (to - from)
      : Math.log(Math.max(value, from) / from) / Math.log(to / from);
  // a number that is written as an edge belongs to the bin that begins there, whatever the division makes of it
  return Math.max(0, Math.min(bins - 1, Math.floor(share * bins + 1e-9)));
}

function edgeOf(bin: number, { from, to, kind, bins }: Scale): number {
  return kind === 'linear' ? from + ((to - from) * bin) / bins : from * (to / from) ** (bin / bins);
}
