import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { decodeFaces } from '../formats/faceswap-json/decode-faces.ts';
import { jsonEntries } from '../formats/faceswap-json/json-entries.ts';
import type { Alignments, AlignmentsEntry, AlignmentsKind } from './alignments.ts';
import { faceFolder, facePng } from './face-folder.ts';
import { fileChunks, unreadable } from './file-chunks.ts';
import { readFinishedOutput } from './open-output-folder.ts';
import { FsaFile } from './read-fsa-file.ts';
import { readLines } from './read-lines.ts';
import { sniffAlignments } from './sniff-alignments.ts';
import { openStream, spoolStream } from './spooled-stream.ts';
import { uniqueKeys } from './unique-keys.ts';

/** The name of the standard input. */
export const STDIN = '-';

interface Reader {
  readonly kind: AlignmentsKind;
  readonly linesPath: string | null;
  entries(): AsyncGenerator<AlignmentsEntry>;
}

/**
 * Opens alignments of any format that can be read: `.fsa`, faceswap's JSON, JSON lines, a face PNG, the folder of a finished
 * extraction, a folder of face PNGs, or `-` for the standard input. Content decides which it is.
 * @throws FacefleetError FF1201 when it is none of them
 */
export async function openAlignments(name: string): Promise<Alignments> {
  const found = name === STDIN ? null : await statInput(name);
  const remarks: string[] = [];
  if (found === null || found.isFIFO()) {
    const spooled = await spoolStream(openStream(found === null ? null : name));
    try {
      const reader = await openFile(spooled.path, found === null ? 'standard input' : name, remarks);
      return alignments(reader, name, remarks, spooled.remove);
    } catch (error) {
      await spooled.remove();
      throw error;
    }
  }
  if (!found.isDirectory() && !found.isFile()) throw new FacefleetError('FF1201', `${name} is no file`);
  const reader = found.isDirectory() ? await openFolder(name, remarks) : await openFile(name, name, remarks);
  return alignments(reader, name, remarks, async () => {});
}

function alignments(
  { kind, linesPath, entries }: Reader,
  name: string,
  remarks: readonly string[],
  close: () => Promise<void>,
): Alignments {
  return { kind, name, linesPath, remarks, entries: () => uniqueKeys(entries(), name), close };
}

async function openFolder(path: string, remarks: string[]): Promise<Reader> {
  const output = await readFinishedOutput(path);
  if (output === null) return { kind: 'faces', linesPath: null, entries: await faceFolder(path, remarks) };
  const { failed = 0 } = output.extraction.counts ?? {};
  if (failed > 0) remarks.push(`${failed} of its frames failed and are not in it`);
  const linesPath = output.alignmentsPath;
  return { kind: 'output', linesPath, entries: () => readLines(linesPath, linesPath) };
}

async function openFile(path: string, name: string, remarks: string[]): Promise<Reader> {
  const kind = await sniffAlignments(path, name);
  switch (kind) {
    case 'jsonl':
      return { kind, linesPath: path, entries: () => readLines(path, name) };
    case 'json':
      return { kind, linesPath: null, entries: () => readJson(path, name) };
    case 'fsa': {
      const file = new FsaFile(path, name, remarks);
      return { kind, linesPath: null, entries: () => file.entries() };
    }
    case 'png':
      return { kind: 'faces', linesPath: null, entries: await facePng(path, name, remarks) };
  }
}

async function* readJson(path: string, name: string): AsyncGenerator<AlignmentsEntry> {
  let index = 0;
  for await (const entry of jsonEntries(fileChunks(path, name), name)) {
    yield { frame: decodeFaces(entry, index, name), at: null };
    index += 1;
  }
}

async function statInput(name: string): Promise<Stats> {
  try {
    return await stat(name);
  } catch (error) {
    throw unreadable(name, error);
  }
}
