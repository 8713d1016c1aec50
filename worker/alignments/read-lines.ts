import { isUtf8 } from 'node:buffer';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { type Line, MAX_LINE_BYTES, splitLines } from '../formats/json-lines.ts';
import { decodePortable } from '../formats/portable/decode-portable.ts';
import type { AlignmentsEntry } from './alignments.ts';
import { fileChunks } from './file-chunks.ts';

const LINE_FEED = 10;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The frames of a file of JSON lines; blank lines and a byte order mark are passed over, the last line needs no line feed. Throws FF1201.
 * @param name of the file in errors
 */
export async function* readLines(path: string, name: string): AsyncGenerator<AlignmentsEntry> {
  let number = 0;
  let index = 0;
  for await (const line of linesIn(path, name)) {
    number += 1;
    const { offset, bytes } = number === 1 ? withoutMark(line) : line;
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

function withoutMark(line: Line): Line {
  const { offset, bytes } = line;
  const length = BYTE_ORDER_MARK.length;
  if (!BYTE_ORDER_MARK.equals(bytes.subarray(0, length))) return line;
  return { offset: offset + length, bytes: bytes.subarray(length) };
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
