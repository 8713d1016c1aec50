import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Store } from '../store/store.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Longer lines are taken for damage. */
export const MAX_LINE_BYTES = 256 * 1024 * 1024;
const LINE_FEED = 10;

/** A line and where it stands in its object. */
export interface Line {
  /** Of its first byte. */
  readonly offset: number;
  /** Without the line feed. */
  readonly bytes: Uint8Array;
}

/**
 * The lines of an object, in groups of a few MiB so that an object of any size can be read. A missing object has none.
 * Throws FF4005 when the last line has no line feed.
 * @param onBytes sees every byte once, in order (for a digest)
 */
export async function* readLines(
  store: Store,
  key: string,
  onBytes: (bytes: Uint8Array) => void = () => {},
): AsyncGenerator<readonly Line[]> {
  const bytes = (await store.head(key))?.bytes ?? 0;
  let rest: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < bytes; ) {
    const chunk = await store.get(key, { offset: at, length: Math.min(CHUNK_BYTES, bytes - at) });
    if (chunk.length === 0) throw new FacefleetError('FF4005', `${key}: it became shorter while it was read`);
    onBytes(chunk);
    const text = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    const lines = splitLines(text, at - rest.length);
    const last = lines.at(-1);
    rest = text.subarray(last ? last.offset - (at - rest.length) + last.bytes.length + 1 : 0);
    at += chunk.length;
    if (rest.length > MAX_LINE_BYTES) throw new FacefleetError('FF4005', `${key}: a line is too long`);
    if (lines.length) yield lines;
  }
  if (rest.length) throw new FacefleetError('FF4005', `${key}: its last line is cut short`);
}

/**
 * The complete lines in `text`; what follows the last line feed is left out.
 * @param offset of `text` in its object
 */
export function splitLines(text: Uint8Array, offset: number): Line[] {
  const lines: Line[] = [];
  for (let start = 0; ; ) {
    const end = text.indexOf(LINE_FEED, start);
    if (end === -1) return lines;
    lines.push({ offset: offset + start, bytes: text.subarray(start, end) });
    start = end + 1;
  }
}
