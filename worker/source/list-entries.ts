import type { Dir, Dirent, Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';

export type EntryKind = 'file' | 'link' | 'folder' | 'pipe' | 'socket' | 'device';

/** One entry of a folder; the name as the bytes that the file system holds. */
export interface FolderEntry {
  readonly name: Buffer;
  readonly kind: EntryKind;
}

/**
 * The entries of one folder, streamed in the file system's order.
 *
 * @param root absolute path
 * @param prefix `''`, or a path below root that ends in `/`
 * @throws the file system's own error when the folder cannot be read
 */
export async function* listEntries(root: string, prefix: string): AsyncGenerator<FolderEntry> {
  const folder = `${root}/${prefix}`;
  for await (const entry of await openBytes(folder)) {
    const kind = kindOf(entry) ?? (await kindByPath(folder, entry.name));
    if (kind !== undefined) yield { name: entry.name, kind };
  }
}

/** `opendir` gives names as bytes when asked to; its type declarations do not know. */
async function openBytes(folder: string): Promise<AsyncIterable<Dirent<Buffer>>> {
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 };
  const dir: Dir = await opendir(folder, options);
  return dir as unknown as AsyncIterable<Dirent<Buffer>>;
}

type KindQuestions = Pick<
  Stats,
  'isFile' | 'isSymbolicLink' | 'isDirectory' | 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'
>;

/** What an entry is; undefined when the file system does not tell with the name. */
export function kindOf(entry: KindQuestions): EntryKind | undefined {
  if (entry.isFile()) return 'file';
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isDirectory()) return 'folder';
  if (entry.isFIFO()) return 'pipe';
  if (entry.isSocket()) return 'socket';
  if (entry.isCharacterDevice() || entry.isBlockDevice()) return 'device';
  return undefined;
}

/** Undefined when the entry has vanished meanwhile. */
async function kindByPath(folder: string, name: Buffer): Promise<EntryKind | undefined> {
  try {
    return kindOf(await lstat(Buffer.concat([Buffer.from(folder), name])));
  } catch {
    return undefined;
  }
}

const DESCRIPTIONS: Record<EntryKind, string> = {
  file: 'a file',
  link: 'a symbolic link',
  folder: 'a folder',
  pipe: 'a named pipe',
  socket: 'a socket',
  device: 'a device',
};

/** The kind in words, for a message. */
export function describeKind(kind: EntryKind | undefined): string {
  return kind === undefined ? 'no regular file' : DESCRIPTIONS[kind];
}
