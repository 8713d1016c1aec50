/** How code values stand for light in HDR video. */
export type HdrTransfer = 'pq' | 'hlg';

/** Brightness of white paper in HDR video, cd/m² (ITU-R BT.2408); it becomes white in the result. */
const REFERENCE_WHITE_NITS = 203;
/** The same as a scene light level of HLG: signal 0.75 (ITU-R BT.2408). */
const REFERENCE_WHITE_HLG = hlgToScene(0.75);
/** System gamma of an HLG display of 1000 cd/m² (ITU-R BT.2100). */
const HLG_GAMMA = 1.2;
/** Light up to here is kept, brighter light is compressed towards white. */
const KNEE = 0.6;
/** Entries per unit of √light in the encoding table, and its largest √light. */
const ROOT_STEPS = 1024;
const MAX_ROOT = 4;

/** Linear BT.2020 to linear BT.709, row by row (ITU-R BT.2087 inverted). */
const BT2020_TO_BT709 = [
  1.660491, -0.587641, -0.07285, -0.12455, 1.1329, -0.00835, -0.018151, -0.100579, 1.11873,
] as const;
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;

const lightTables = new Map<HdrTransfer, Float32Array>();
let encodeTable: Uint8Array | undefined;

/**
 * Maps one row of HDR samples to 8-bit sRGB, so that faces look as in ordinary video.
 *
 * @param row 16-bit RGB samples, full range
 * @param wideGamut whether the primaries are BT.2020
 * @param out receives as many 8-bit samples
 */
export function hdrRowToSdr(
  row: Uint16Array,
  transfer: HdrTransfer,
  wideGamut: boolean,
  out: Uint8Array,
): void {
  const light = lightTable(transfer);
  const encode = encodings();
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = wideGamut ? BT2020_TO_BT709 : IDENTITY;
  const last = encode.length - 1;
  for (let i = 0; i < row.length; i += 3) {
    const r = light[row[i]!]!;
    const g = light[row[i + 1]!]!;
    const b = light[row[i + 2]!]!;
    out[i] = encode[rootIndex(rr * r + rg * g + rb * b, last)]!;
    out[i + 1] = encode[rootIndex(gr * r + gg * g + gb * b, last)]!;
    out[i + 2] = encode[rootIndex(br * r + bg * g + bb * b, last)]!;
  }
}

function rootIndex(light: number, last: number): number {
  return light > 0 ? Math.min(last, (Math.sqrt(light) * ROOT_STEPS + 0.5) | 0) : 0;
}

/** Light of every 16-bit code value, reference white = 1. */
function lightTable(transfer: HdrTransfer): Float32Array {
  let table = lightTables.get(transfer);
  if (table === undefined) {
    const lightOf = transfer === 'pq' ? pqToLight : hlgToLight;
    table = Float32Array.from({ length: 65536 }, (_, code) => lightOf(code / 65535));
    lightTables.set(transfer, table);
  }
  return table;
}

/** SMPTE ST 2084, the PQ curve. */
function pqToLight(signal: number): number {
  const root = signal ** (1 / 78.84375);
  const light = (Math.max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125);
  return (light * 10_000) / REFERENCE_WHITE_NITS;
}

function hlgToLight(signal: number): number {
  return (hlgToScene(signal) / REFERENCE_WHITE_HLG) ** HLG_GAMMA;
}

/** ITU-R BT.2100, inverse of the HLG curve. */
function hlgToScene(signal: number): number {
  return signal <= 0.5 ? signal ** 2 / 3 : (Math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}

/** 8-bit sRGB (IEC 61966-2-1) for every step of √light, highlights compressed. */
function encodings(): Uint8Array {
  encodeTable ??= Uint8Array.from({ length: MAX_ROOT * ROOT_STEPS + 1 }, (_, i) => {
    const light = (i / ROOT_STEPS) ** 2;
    const kept = light <= KNEE ? light : KNEE + (1 - KNEE) * (1 - Math.exp((KNEE - light) / (1 - KNEE)));
    const signal = kept <= 0.0031308 ? 12.92 * kept : 1.055 * kept ** (1 / 2.4) - 0.055;
    return Math.round(signal * 255);
  });
  return encodeTable;
}
