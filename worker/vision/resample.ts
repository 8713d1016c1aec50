import { pairedWeights, type Span } from './span.ts';
import type { RgbImage } from './types.ts';
import { kernels } from './wasm/kernels.ts';
import { WEIGHT_BITS } from './wasm/sum-kernels.ts';

/**
 * The image whose pixels are weighted sums over spans of the source's columns and rows.
 * @param columns one span for each output column
 * @param rows one span for each output row
 */
export function resample(image: RgbImage, columns: readonly Span[], rows: readonly Span[]): RgbImage {
  const width = columns.length;
  const rowBytes = image.width * 3;
  const rowWeights = rows.map((span) => pairedWeights(span, WEIGHT_BITS));
  const tallest = rowWeights.reduce((most, { length }) => Math.max(most, length), 0);
  const layout = layOut(rowBytes, tallest, columns);
  const { memory } = layout;
  const bytes = new Uint8Array(memory);
  const data = new Uint8Array(width * rows.length * 3);
  const { sumRows, sumColumns } = kernels();
  rows.forEach(({ start }, y) => {
    const weights = rowWeights[y]!;
    const end = Math.min(start + weights.length, image.height);
    bytes.set(image.data.subarray(start * rowBytes, end * rowBytes), layout.source);
    new Int16Array(memory, layout.rowWeights, weights.length).set(weights);
    const weightsEnd = layout.rowWeights + weights.byteLength;
    sumRows(layout.source, rowBytes, layout.rowWeights, weightsEnd, layout.sums, layout.sums + rowBytes * 2);
    sumColumns(layout.spans, layout.spansEnd, layout.out);
    data.set(bytes.subarray(layout.out, layout.out + width * 3), y * width * 3);
  });
  return { width, height: rows.length, data };
}

interface Layout {
  readonly memory: ArrayBuffer;
  readonly source: number;
  readonly rowWeights: number;
  readonly sums: number;
  readonly spans: number;
  readonly spansEnd: number;
  readonly out: number;
}

/** The kernels read and write up to this many bytes beyond what they are asked for. */
const SLACK = 64;
const SPAN_BYTES = 12;
const aligned = (address: number) => Math.ceil(address / 16) * 16;

/** Places source rows, their weighted sum, the column spans with their weights, and the output row in the memory. */
function layOut(rowBytes: number, tallest: number, columns: readonly Span[]): Layout {
  const source = 0;
  const rowWeights = aligned(source + tallest * rowBytes + SLACK);
  const sums = aligned(rowWeights + tallest * 2);
  const spans = aligned(sums + rowBytes * 2 + SLACK);
  const spansEnd = spans + columns.length * SPAN_BYTES;
  const weights = columns.map((span) => pairedWeights(span, WEIGHT_BITS));
  const out = aligned(spansEnd + weights.reduce((bytes, { byteLength }) => bytes + byteLength, 0));
  const memory = kernels().memory(out + columns.length * 3 + SLACK);
  let at = spansEnd;
  columns.forEach(({ start }, x) => {
    const { byteLength, length } = weights[x]!;
    new Int32Array(memory, spans + x * SPAN_BYTES, 3).set([sums + start * 6, at, at + byteLength]);
    new Int16Array(memory, at, length).set(weights[x]!);
    at += byteLength;
  });
  return { memory, source, rowWeights, sums, spans, spansEnd, out };
}
