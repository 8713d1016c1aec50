import type { Region } from '../../plugins/plugin.ts';

/** Largest move of each of x, y, w and h, as a share of the shorter side. */
const MOVE = 0.05;

/**
 * `count` copies of a region, each with its place and size moved by up to 5 % of its shorter side. The moves depend on the region alone
 * (mulberry32 seeded with its numbers), so that a run can be repeated bit for bit.
 */
export function jitteredRegions(region: Region, count: number): Region[] {
  const random = mulberry32(Math.round(region.cx * 8191 + region.cy * 131 + region.w * 17 + region.h));
  const reach = MOVE * Math.min(region.w, region.h);
  const move = (): number => Math.round((2 * random() - 1) * reach);
  return Array.from({ length: count }, () => ({
    cx: region.cx + move(),
    cy: region.cy + move(),
    w: region.w + move(),
    h: region.h + move(),
    rollDeg: region.rollDeg,
  }));
}

/** Tommy Ettinger's mulberry32: 0 ≤ x < 1. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
