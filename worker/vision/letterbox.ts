import type { Matrix, RgbImage } from './types.ts';

/** An image fitted into a model's input, and the way back. */
export interface Letterboxed {
  readonly image: RgbImage;
  /** Model-size pixels → pixels of the source image. */
  readonly toFrame: Matrix;
}

/** Scales an image to fit a rectangle, keeping its shape, with black bars on both sides; shrinks by averaging areas. */
export function letterbox(source: RgbImage, width: number, height: number): Letterboxed {
  const scale = Math.min(width / source.width, height / source.height);
  const w = Math.max(1, Math.min(width, Math.trunc(source.width * scale)));
  const h = Math.max(1, Math.min(height, Math.trunc(source.height * scale)));
  const left = (width - w) >> 1;
  const top = (height - h) >> 1;
  const data = new Uint8Array(width * height * 3);
  averageAreas(source, data, width, left, top, w, h);
  const sx = source.width / w;
  const sy = source.height / h;
  return { image: { width, height, data }, toFrame: [sx, 0, -left * sx, 0, sy, -top * sy] };
}

/** Each target pixel is the mean of the source area it covers; an enlarged image repeats pixels in proportion. */
function averageAreas(
  source: RgbImage,
  out: Uint8Array,
  outWidth: number,
  left: number,
  top: number,
  w: number,
  h: number,
): void {
  const stride = source.width * 3;
  const stepX = source.width / w;
  const stepY = source.height / h;
  const row = new Float32Array(stride);
  for (let y = 0; y < h; y++) {
    row.fill(0);
    const y0 = y * stepY;
    const y1 = Math.min(source.height, y0 + stepY);
    for (let v = Math.floor(y0); v < y1; v++) {
      const weight = (Math.min(v + 1, y1) - Math.max(v, y0)) / (y1 - y0);
      const start = v * stride;
      for (let i = 0; i < stride; i++) row[i] = row[i]! + weight * source.data[start + i]!;
    }
    for (let x = 0; x < w; x++) {
      const x0 = x * stepX;
      const x1 = Math.min(source.width, x0 + stepX);
      let [r, g, b] = [0, 0, 0];
      for (let u = Math.floor(x0); u < x1; u++) {
        const weight = (Math.min(u + 1, x1) - Math.max(u, x0)) / (x1 - x0);
        r += weight * row[3 * u]!;
        g += weight * row[3 * u + 1]!;
        b += weight * row[3 * u + 2]!;
      }
      const o = ((top + y) * outWidth + left + x) * 3;
      out[o] = Math.round(r);
      out[o + 1] = Math.round(g);
      out[o + 2] = Math.round(b);
    }
  }
}
