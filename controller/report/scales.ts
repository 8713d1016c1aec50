import type { Scale } from './histogram.ts';

const DEGREES: Scale = { kind: 'linear', from: -180, to: 180, bins: 360, merges: [1, 2, 5, 10, 15, 30] };

/** The scales of all that is measured on faces. */
export const SCALES = {
  /** Eighths of octaves. */
  sizePx: { kind: 'log', from: 4, to: 32_768, bins: 104, merges: [1, 2, 4, 8] },
  yaw: DEGREES,
  pitch: DEGREES,
  roll: DEGREES,
  score: { kind: 'linear', from: 0, to: 1, bins: 200, merges: [1, 2, 4, 10, 20, 40] },
  sharpness: { kind: 'log', from: 1, to: 65_536, bins: 128, merges: [1, 2, 4, 8] },
} as const satisfies Record<string, Scale>;

/** Bars of a histogram, at most. */
export const MAX_BARS = 24;
