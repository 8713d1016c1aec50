import { open } from 'node:fs/promises';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { unreadable } from './file-chunks.ts';

/** What an alignments file is by its content. */
export type FileKind = 'fsa' | 'png' | 'json' | 'jsonl';

const HEAD_BYTES = 64 * 1024;
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** RFC 1950: compression method 8 with a window of up to 32 KiB, and a header divisible by 31. */
const isZlib = (head: Buffer): boolean =>
  head.length >= 2 && (head[0]! & 0x8f) === 0x08 && head.readUInt16BE(0) % 31 === 0;
/** A line of records begins with one of its own fields; faceswap's JSON with a frame, whose value is a list. */
const LINE =
  /^\{\s*"(?:index|key|width|height|faces|videoMeta)"\s*:\s*(?!\[\s*\{\s*"(?:detected|landmarks_2d)")/;

/**
 * What a file is: its content decides, not its extension.
 * @param name of the file in errors
 * @throws FacefleetError FF1201 when it is none of them or cannot be read
 */
export async function sniffAlignments(path: string, name: string): Promise<FileKind> {
  const head = await readHead(path);
  if (head.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return 'png';
  if (isZlib(head)) return 'fsa';
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (text.startsWith('{')) return LINE.test(text) ? 'jsonl' : 'json';
  const reason = head.length === 0 ? 'it is empty' : 'it is no alignments file of a known format';
  throw new FacefleetError('FF1201', `${name}: ${reason}`);
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
      return head.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}
