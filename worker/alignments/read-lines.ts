import { isUtf8 } from 'node:buffer';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { type Line, MAX_LINE_BYTES, splitLines } from '../formats/json-lines.ts';
import { decodePortable } from '../formats/portable/decode-portable.ts';
import type { AlignmentsEntry } from './alignments.ts';
import { fileChunks } from './file-chunks.ts';

const LINE_FEED = 10;

/**
 * The frames of a file of JSON lines; blank lines are passed over, the last line needs no line feed. Throws FF1201.
 * @param name of the file in errors
 */
export async function* readLines(path: string, name: string): AsyncGenerator<AlignmentsEntry> {
  let number = 0;
  let index = 0;
  for await (const { offset, bytes } of linesIn(path, name)) {
    number += 1;
    if (!isUtf8(bytes)) throw new FacefleetError('FF1201', `${name}: line ${number} is no UTF-8 text`);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    if (text.trim() === '') continue;
    yield {
      frame: decodePortable(text, index, `${name}: line ${number}`),
      at: { offset, length: bytes.length },
    };
    index += 1;
  }
}

async function* linesIn(path: string, name: string): AsyncGenerator<Line> {
  let pieces: Uint8Array[] = [];
  let piecesBytes = 0;
  let offset = 0;
  for await (const chunk of fileChunks(path, name)) {
    const end = chunk.indexOf(LINE_FEED);
    pieces.push(chunk);
    piecesBytes += chunk.length;
    if (piecesBytes > MAX_LINE_BYTES + chunk.length)
      throw new FacefleetError('FF1201', `${name}: a line is too long`);
    if (end === -1) continue;
    const text = pieces.length === 1 ? chunk : Buffer.concat(pieces);
    const lines = splitLines(text, offset);
    yield* lines;
    const last = lines.at(-1)!;
    const rest = text.subarray(last.offset - offset + last.bytes.length + 1);
    offset += text.length - rest.length;
    pieces = [rest];
    piecesBytes = rest.length;
  }
  if (piecesBytes > 0) yield { offset, bytes: Buffer.concat(pieces) };
}
