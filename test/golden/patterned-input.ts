/**
 * A made picture for comparing models: an oval with two dark spots and a band, on blocks, with noise. Integers only, so that it is the
 * same on every machine.
 * @param low value of black
 * @param high value of white
 * @returns height × width × 3, or 3 × height × width when `planar`; one plane when `channels` is 1
 */
export function patternedInput(
  { width, height, channels, planar }: { width: number; height: number; channels: number; planar: boolean },
  low: number,
  high: number,
): Float32Array {
  const data = new Float32Array(width * height * channels);
  let random = 12345;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = colourAt(Math.floor((x * 256) / width), Math.floor((y * 256) / height));
      for (let c = 0; c < channels; c++) {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
        const value = colour[c]! + ((random >>> 24) % 16);
        data[planar ? (c * height + y) * width + x : (y * width + x) * channels + c] =
          low + (value / 255) * (high - low);
      }
    }
  }
  return data;
}

function colourAt(x: number, y: number): readonly [number, number, number] {
  const inside = (cx: number, cy: number, rx: number, ry: number): boolean =>
    ((x - cx) * ry) ** 2 + ((y - cy) * rx) ** 2 < (rx * ry) ** 2;
  if (inside(100, 115, 12, 6) || inside(156, 115, 12, 6)) return [60, 40, 35];
  if (inside(128, 180, 24, 8)) return [170, 70, 75];
  if (inside(128, 140, 60, 80)) return [215, 165, 140];
  if (inside(128, 110, 76, 90)) return [70, 45, 30];
  if (y > 215) return [40, 60, 120];
  return ((x >> 5) + (y >> 5)) % 2 === 0 ? [180, 190, 200] : [150, 170, 160];
}
