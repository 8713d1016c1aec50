import { createHash } from 'node:crypto';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { type Line, splitLines } from './json-lines.ts';

/** What the keys of all parts start with. */
export const PARTS_PREFIX = 'parts/';

/** Store key of the part with a number. @param prefix of the keys of the log that it belongs to; ends in '/' */
export function partKey(number: number, prefix = PARTS_PREFIX): string {
  return `${prefix}part-${String(number).padStart(6, '0')}.jsonl`;
}

/** The number of a part's key, or null for any other key. */
export function partNumber(key: string, prefix = PARTS_PREFIX): number | null {
  if (!key.startsWith(prefix)) return null;
  const digits = /^part-(\d{6,9})\.jsonl$/.exec(key.slice(prefix.length))?.[1];
  return digits === undefined || partKey(Number(digits), prefix) !== key ? null : Number(digits);
}

/** A result line of a part. */
export interface PartLine extends Line {
  /** Of the file that the frame came from (see `FrameHead`); absent when it is unknown. */
  readonly version?: string;
}

const VERSIONS = Buffer.from('{"versions":');

/**
 * The bytes of a part: the results of some frames in the order they ended, a line with the versions of their files, and a last line
 * with their number and SHA-256.
 * @param lines each with its line feed
 * @param versions one for each line, null for those that are unknown
 */
export function encodePart(
  number: number,
  lines: readonly Uint8Array[],
  versions: readonly (string | null)[] = [],
): Uint8Array {
  const known = versions.some((version) => version !== null);
  const body = Buffer.concat(known ? [...lines, Buffer.from(`${JSON.stringify({ versions })}\n`)] : lines);
  return Buffer.concat([body, Buffer.from(trailer(number, lines.length, body))]);
}

/** The result lines of a part. Throws FF4005 with its key when it is not exactly what was written. */
export function decodePart(key: string, bytes: Uint8Array, prefix = PARTS_PREFIX): readonly PartLine[] {
  const lines = splitLines(bytes, 0);
  const last = lines.pop();
  const body = bytes.subarray(0, last?.offset ?? 0);
  const versions = VERSIONS.equals(lines.at(-1)?.bytes.subarray(0, VERSIONS.length) ?? new Uint8Array(0))
    ? versionsIn(lines.pop()!.bytes)
    : [];
  const expected = Buffer.from(trailer(partNumber(key, prefix) ?? -1, lines.length, body));
  if (!last || !expected.equals(bytes.subarray(last.offset)))
    throw new FacefleetError('FF4005', `${key}: its checksum is wrong or missing`);
  return lines.map((line, i) => {
    const version = versions[i];
    return typeof version === 'string' ? { ...line, version } : line;
  });
}

/** Damage is left to the checksum. */
function versionsIn(line: Uint8Array): readonly unknown[] {
  try {
    return (JSON.parse(Buffer.from(line).toString('utf8')) as { versions: unknown[] }).versions;
  } catch {
    return [];
  }
}

function trailer(number: number, lines: number, body: Uint8Array): string {
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `{"part":${number},"lines":${lines},"sha256":"${sha256}"}\n`;
}
