import { posix } from 'node:path';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { textOfBytes } from './escape-bytes.ts';

/** One entry of a list file: a normalised path below the list's folder, or why it is none. */
export interface ListEntry {
  readonly key: string;
  readonly error?: FacefleetError;
}

/** The entries of a list file, keys unique, in the file's order. */
export interface ParsedList {
  readonly entries: readonly ListEntry[];
  /** Number of lines left out because their path came before. */
  readonly repeated: number;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Parses a list of images: one path per line, relative to the list's folder, UTF-8 with or without byte order mark, LF or
 * CRLF. Blank lines and lines that start with `#` are left out (write `./#1.jpg` for such a name). A path given twice counts
 * once, at its first place: both lines would write the same outputs.
 *
 * Absolute paths and paths that lead out of the folder are entries with FF1007; lines that are not UTF-8 with FF1008.
 */
export function parseList(bytes: Buffer): ParsedList {
  const entries: ListEntry[] = [];
  const seen = new Set<string>();
  let repeated = 0;
  for (const line of linesOf(bytes)) {
    if (line.toString('latin1').trim() === '' || line[0] === 0x23) continue;
    const entry = parseLine(line);
    if (seen.has(entry.key)) {
      repeated += 1;
      continue;
    }
    seen.add(entry.key);
    entries.push(entry);
  }
  return { entries, repeated };
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  let at = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  while (at < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    yield bytes.subarray(at, end > at && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
    at = end + 1;
  }
}

function parseLine(line: Buffer): ListEntry {
  const { text, valid } = textOfBytes(line);
  if (!valid) return { key: text, error: new FacefleetError('FF1008', text) };
  const key = posix.normalize(text);
  if (posix.isAbsolute(text) || /^[A-Za-z]:[\\/]/.test(text))
    return { key, error: new FacefleetError('FF1007', `${text} is absolute`) };
  if (key === '..' || key.startsWith('../')) return { key, error: new FacefleetError('FF1007', text) };
  return { key };
}
