import { roundHalfEven } from './round.ts';
import type { Box } from './types.ts';

/**
 * The squares around a detector's box that the aligners of the faceswap family look at, in whole frame pixels; they may
 * reach beyond the frame.
 */
export type AlignerRegion = (box: Box) => Box;

/** A box from two opposite corners. */
const between = (left: number, top: number, right: number, bottom: number): Box => ({
  x: left,
  y: top,
  w: right - left,
  h: bottom - top,
});

/** The square of a side around the middle of a box, which counts in whole pixels. */
function aroundMiddle({ x, y, w, h }: Box, sidePx: number, shiftPx = 0): Box {
  const [cx, cy] = [Math.floor(x + w / 2), Math.floor(y + h / 2)];
  const edge = (middle: number, half: number) => roundHalfEven(middle + half);
  return between(
    edge(cx, -sidePx / 2) + shiftPx,
    edge(cy, -sidePx / 2) + shiftPx,
    edge(cx, sidePx / 2),
    edge(cy, sidePx / 2),
  );
}

/** FAN's (Bulat and Tzimiropoulos, 2017) since 2026: 0.8 of width plus height, its first pixel at 1 of 256. */
export const fanRegion: AlignerRegion = (box) => {
  const sidePx = (box.w + box.h) * 0.8;
  return aroundMiddle(box, sidePx, roundHalfEven(sidePx / 256));
};

/** FAN's up to faceswap 2.3: 200/195 of width plus height, moved up by 12 % of the height, from pixel 1 to 256 of 256. */
export const fanRegionBefore2026: AlignerRegion = ({ x, y, w, h }) => {
  const sidePx = ((w + h) * 200) / 195;
  const [left, top] = [x + w / 2 - sidePx / 2, y + h / 2 - 0.12 * h - sidePx / 2];
  const pixel = sidePx / 256;
  return between(
    Math.trunc(left + pixel),
    Math.trunc(top + pixel),
    Math.trunc(left + sidePx),
    Math.trunc(top + sidePx),
  );
};

/** HRNet's (Sun et al., 2019): 1.25 of the longer side. */
export const hrNetRegion: AlignerRegion = (box) => aroundMiddle(box, Math.max(box.w, box.h) * 1.25);

/** That of the landmark network for OpenCV's DNN module: moved down by half of what the sides differ, then squared. */
export const cv2DnnRegion: AlignerRegion = ({ x, y, w, h }) => {
  const down = Math.abs(Math.floor((w - h) / 2));
  const missing = Math.abs(w - h);
  const before = Math.ceil(missing / 2);
  const [left, top] = [w < h ? x - before : x, y + down - (w > h ? before : 0)];
  return between(left, top, left + Math.max(w, h), top + Math.max(w, h));
};
