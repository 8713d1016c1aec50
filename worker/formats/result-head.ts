import { errorText, FacefleetError } from '../errors/facefleet-error.ts';

/** What must be known of a stored result to decide whether its frame is done. */
export interface ResultHead {
  readonly key: string;
  /** Number of faces, or null for a failure. */
  readonly faces: number | null;
  /** Store keys of the crops that were written. */
  readonly crops: readonly string[];
}

/**
 * Reads the head of a line that `encodeRecord` or `encodeFailure` wrote, without checking the rest.
 * Throws FF4005 when it is none. @param where names the file
 */
export function resultHead(line: Uint8Array, where: string): ResultHead {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8'));
  } catch (error) {
    throw new FacefleetError('FF4005', `${where}: ${errorText(error)}`, { cause: error });
  }
  const { key, code, faces } = (value ?? {}) as { key?: unknown; code?: unknown; faces?: unknown };
  if (typeof key !== 'string') throw new FacefleetError('FF4005', `${where}: a line has no key`);
  if (typeof code === 'string') return { key, faces: null, crops: [] };
  if (!Array.isArray(faces)) throw new FacefleetError('FF4005', `${where}: ${key} has no faces`);
  const crops = faces
    .map((face: { crop?: unknown } | null) => face?.crop)
    .filter((crop) => typeof crop === 'string');
  return { key, faces: faces.length, crops };
}

const HEAD = Buffer.from('{"index":');
const COMMA = 44;

/** The line with another index; the line itself when it has that already. Throws FF4005 when it is no result. @param where names the file */
export function withIndex(line: Uint8Array, index: number, where: string): Uint8Array {
  const comma = line.indexOf(COMMA);
  if (comma < 0 || !HEAD.equals(line.subarray(0, HEAD.length))) {
    throw new FacefleetError('FF4005', `${where}: a line does not start with an index`);
  }
  const digits = Buffer.from(String(index));
  if (digits.equals(line.subarray(HEAD.length, comma))) return line;
  return Buffer.concat([HEAD, digits, line.subarray(comma)]);
}
