import { isUtf8 } from 'node:buffer';

/**
 * The text of a file name given as bytes. Valid UTF-8 is returned as it is; in anything else every byte that does not
 * belong to a valid UTF-8 sequence, and every `%`, is written as `%XX`.
 *
 * @returns the text, and whether the bytes were valid
 */
export function textOfBytes(bytes: Buffer): { readonly text: string; readonly valid: boolean } {
  if (isUtf8(bytes)) return { text: bytes.toString('utf8'), valid: true };
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    text += length > 0 && bytes[at] !== 0x25 ? bytes.toString('utf8', at, at + length) : percent(bytes[at]!);
    at += Math.max(1, length);
  }
  return { text, valid: false };
}

/** Length in bytes of the valid UTF-8 sequence at `at`, or 0. */
function sequenceLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++)
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  return 0;
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
