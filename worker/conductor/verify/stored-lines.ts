import { FacefleetError } from '../../errors/facefleet-error.ts';
import { MAX_LINE_BYTES, splitLines } from '../../formats/json-lines.ts';
import type { Store } from '../../store/store.ts';

/** A line of an object. */
export interface StoredLine {
  /** From 1 on. */
  readonly number: number;
  /** Without its line feed. */
  readonly bytes: Uint8Array;
  /** It is the last one and has no line feed. */
  readonly isCut: boolean;
}

/**
 * The lines of an object, in groups, all of one version of it even when it is replaced meanwhile.
 * @param onBytes sees every byte once, in order
 * @throws FacefleetError FF4006 when it does not exist, FF4005 when a line is longer than any that is written
 */
export async function* storedLines(
  store: Store,
  key: string,
  onBytes: (bytes: Uint8Array) => void = () => {},
): AsyncGenerator<readonly StoredLine[]> {
  let number = 0;
  let pieces: Uint8Array[] = [];
  let piecesBytes = 0;
  for await (const chunk of store.getStream(key)) {
    onBytes(chunk);
    pieces.push(chunk);
    piecesBytes += chunk.length;
    if (piecesBytes > MAX_LINE_BYTES + chunk.length)
      throw new FacefleetError('FF4005', `${key}: line ${number + 1} is too long`);
    if (!chunk.includes(LINE_FEED)) continue;
    const text = pieces.length === 1 ? chunk : Buffer.concat(pieces);
    const lines = splitLines(text, 0);
    const last = lines.at(-1)!;
    yield lines.map(({ bytes }) => {
      number += 1;
      return { number, bytes, isCut: false };
    });
    const rest = text.subarray(last.offset + last.bytes.length + 1);
    pieces = [rest];
    piecesBytes = rest.length;
  }
  if (piecesBytes > 0) yield [{ number: number + 1, bytes: Buffer.concat(pieces), isCut: true }];
}

const LINE_FEED = 10;
