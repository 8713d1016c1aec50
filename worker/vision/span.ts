/** The source positions that one output position is made of, along one axis. */
export interface Span {
  /** First source position. */
  readonly start: number;
  /** Shares, in order; their sum is 1. */
  readonly weights: readonly number[];
}

/** The spans that average what each output pixel covers, for `outPx` ≤ `sizePx` (OpenCV's `INTER_AREA`: parts below a thousandth do not count). */
export function areaSpans(sizePx: number, outPx: number): Span[] {
  const scale = sizePx / outPx;
  return Array.from({ length: outPx }, (_, out) => {
    const from = out * scale;
    const to = from + scale;
    const width = Math.min(scale, sizePx - from);
    const last = Math.min(Math.floor(to), sizePx - 1);
    const first = Math.min(Math.ceil(from), last);
    const weights: number[] = [];
    let start = first;
    if (first - from > 1e-3) {
      start = first - 1;
      weights.push((first - from) / width);
    }
    for (let i = first; i < last; i++) weights.push(1 / width);
    if (to - last > 1e-3) weights.push(Math.min(to - last, 1, width) / width);
    return { start, weights };
  });
}

/**
 * The spans that interpolate between pixels, whose centres lie at half integers (OpenCV's `resize`); edge pixels repeat.
 * @param taps the weights of the pixels around a fraction of 0 to 1, the pixel at 0 being the one at `before`
 */
export function tapSpans(
  sizePx: number,
  outPx: number,
  before: number,
  taps: (fraction: number) => readonly number[],
): Span[] {
  const scale = sizePx / outPx;
  const inside = (position: number) => Math.max(0, Math.min(sizePx - 1, position));
  return Array.from({ length: outPx }, (_, out) => {
    const position = (out + 0.5) * scale - 0.5;
    const whole = Math.floor(position);
    const tapWeights = taps(position - whole);
    const start = inside(whole - before);
    const weights: number[] = [];
    tapWeights.forEach((weight, i) => {
      const at = inside(whole - before + i) - start;
      weights[at] = (weights[at] ?? 0) + weight;
    });
    return { start, weights };
  });
}

/**
 * The weights of a span as integers that sum to exactly 2^bits, in pairs: an odd count is filled up with 0. What rounding
 * loses in one weight the next one gets.
 */
export function pairedWeights({ weights }: Span, bits: number): Int16Array {
  const paired = new Int16Array(weights.length + (weights.length & 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let given = 0;
  weights.forEach((weight, i) => {
    sum += weight;
    const due = Math.round((sum / total) * 2 ** bits);
    paired[i] = due - given;
    given = due;
  });
  return paired;
}
