import type { Box } from './types.ts';

/** A box of reference by its middle: `[cx, cy, w, h]`. */
export type Anchor = readonly [cx: number, cy: number, w: number, h: number];

/** How strongly an output moves the middle and scales the size. */
const MOVE = 0.1;
const SCALE = 0.2;

/**
 * The box that an SSD-style detector means (Liu et al., "SSD: Single Shot MultiBox Detector", 2016; also S3FD and
 * RetinaFace).
 * @param offsets the network's four numbers for the anchor
 * @returns in the anchor's unit
 */
export function decodeAnchor([cx, cy, w, h]: Anchor, [dx, dy, dw, dh]: Anchor): Box {
  const width = w * Math.exp(dw * SCALE);
  const height = h * Math.exp(dh * SCALE);
  return { x: cx + dx * MOVE * w - width / 2, y: cy + dy * MOVE * h - height / 2, w: width, h: height };
}

/** The anchors of one feature map: its stride and the sides of its squares, pixels. */
export interface AnchorLevel {
  readonly stride: number;
  readonly sidesPx: readonly number[];
}

/** RetinaFace's levels (Deng et al., 2019; the light versions). */
export const RETINAFACE_LEVELS: readonly AnchorLevel[] = [
  { stride: 8, sidesPx: [16, 32] },
  { stride: 16, sidesPx: [64, 128] },
  { stride: 32, sidesPx: [256, 512] },
];

/**
 * The anchors of a square input in the order of the network's outputs: level by level, row by row, the sides of each cell
 * together.
 * @returns shares of the input's side
 */
export function squareAnchors(levels: readonly AnchorLevel[], inputPx: number): Anchor[] {
  return levels.flatMap(({ stride, sidesPx }) => {
    const cells = Math.ceil(inputPx / stride);
    return Array.from({ length: cells * cells }, (_, cell) => {
      const middle = (at: number) => ((at + 0.5) * stride) / inputPx;
      const [cx, cy] = [middle(cell % cells), middle(Math.floor(cell / cells))];
      return sidesPx.map((side): Anchor => [cx, cy, side / inputPx, side / inputPx]);
    }).flat();
  });
}
