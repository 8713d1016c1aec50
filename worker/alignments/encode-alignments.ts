import { encodeCoco } from '../formats/coco/encode-coco.ts';
import { encodeCsv } from '../formats/csv/encode-csv.ts';
import { encodeFaces } from '../formats/faceswap-json/encode-faces.ts';
import { writeFsa } from '../formats/fsa/write-fsa.ts';
import { encodePortable } from '../formats/portable/encode-portable.ts';
import { fsaOfPortable } from '../formats/portable/fsa-frame.ts';
import { type Loss, Losses } from '../formats/portable/losses.ts';
import type { PortableFormat } from '../formats/portable/portable-format.ts';
import type { PortableFrame } from '../formats/portable/portable-frame.ts';
import { type Alignments, framesOf } from './alignments.ts';

/** Text is handed on in pieces of about this size. */
const PIECE_CHARS = 256 * 1024;

/** What went through a conversion. */
export interface ConversionCounts {
  readonly frames: number;
  readonly faces: number;
  /** What the format has no place for, and how often it was there. */
  readonly losses: Readonly<Partial<Record<Loss, number>>>;
}

/** A conversion: read `pieces` to its end, then ask for `counts`. */
export interface Conversion {
  readonly pieces: AsyncIterable<Uint8Array>;
  counts(): ConversionCounts;
}

/** Writes alignments in another format, frame by frame; only `fsa` as a source is held as a whole. */
export function encodeAlignments(alignments: Alignments, format: PortableFormat): Conversion {
  const losses = new Losses(format);
  let frames = 0;
  let faces = 0;
  let started = false;
  /** The frames; counted the first time. */
  async function* open(): AsyncGenerator<PortableFrame> {
    const counting = !started;
    started = true;
    for await (const frame of framesOf(alignments)) {
      if (counting) {
        frames += 1;
        faces += frame.faces.length;
        losses.note(frame);
      }
      yield frame;
    }
  }
  return { pieces: piecesOf(format, open), counts: () => ({ frames, faces, losses: losses.counts() }) };
}

function piecesOf(
  format: PortableFormat,
  open: () => AsyncGenerator<PortableFrame>,
): AsyncIterable<Uint8Array> {
  switch (format) {
    case 'fsa':
      return writeFsa(mapped(open(), fsaOfPortable));
    case 'json':
      return gathered(encodeFaces(open()));
    case 'jsonl':
      return gathered(mapped(open(), (frame) => `${encodePortable(frame)}\n`));
    case 'coco':
      return gathered(encodeCoco(open));
    case 'csv':
      return gathered(encodeCsv(open()));
  }
}

async function* mapped<A, B>(items: AsyncIterable<A>, map: (item: A) => B): AsyncGenerator<B> {
  for await (const item of items) yield map(item);
}

/** Small texts as few large pieces of bytes. */
async function* gathered(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let waiting: string[] = [];
  let chars = 0;
  for await (const text of texts) {
    waiting.push(text);
    chars += text.length;
    if (chars < PIECE_CHARS) continue;
    yield Buffer.from(waiting.join(''));
    waiting = [];
    chars = 0;
  }
  yield Buffer.from(waiting.join(''));
}
