import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { asFacefleetError, errorText, FacefleetError } from '../errors/facefleet-error.ts';
import { extensionOf, isImageName, isVideoName } from './extensions.ts';
import { framesOfEntries } from './frames-of-entries.ts';
import { checkEveryN } from './keep-every.ts';
import type { Limits } from './limits.ts';
import { describeKind, kindOf } from './list-entries.ts';
import { openFolder } from './open-folder.ts';
import { openList } from './open-list.ts';
import { SNIFF_BYTES, sniffFormat } from './sniff-format.ts';
import type { Source } from './source.ts';

/** What to read and how. */
export interface SourceSpec {
  /** A folder of images, an image, a list of images (`.txt`), or a video. */
  readonly input: string;
  /** Whether sub-folders of a folder are searched too. */
  readonly recursive: boolean;
  /** Keep source positions 0, n, 2n, …; kept frames get dense indexes and keep their keys. A whole number from 1. */
  readonly everyN: number;
  readonly limits: Limits;
  /** Links may lead outside the folder, and with `recursive` linked folders are searched; default false. */
  readonly followLinks?: boolean;
  /** The output folder: left out when it lies inside a searched folder. */
  readonly excludeDir?: string | undefined;
}

/**
 * Opens a source of frames. Files are told apart by their extension; one with an unknown extension is an image when its
 * content is, otherwise it is tried as a video.
 *
 * @throws {FacefleetError} FF1101 missing, FF1102 no frames, FF1103 unreadable, FF1104 no readable video, FF5001 wrong
 * `everyN`, or the output folder is the source
 */
export async function openSource(spec: SourceSpec): Promise<Source> {
  checkEveryN(spec.everyN);
  const path = resolve(spec.input);
  const stats = await statInput(path);
  try {
    if (stats.isDirectory()) return await openFolder(path, spec);
    if (!stats.isFile()) throw new FacefleetError('FF1103', `${path} is ${describeKind(kindOf(stats))}`);
    if (extensionOf(path) === 'txt') return await openList(path, spec.everyN, spec.followLinks ?? false);
    if (isImageName(path) || (!isVideoName(path) && (await hasImageContent(path))))
      return singleImage(path, spec);
    return await openVideoLazily(path, spec);
  } catch (thrown) {
    throw asFacefleetError(thrown, 'FF1103', path);
  }
}

async function statInput(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (thrown) {
    const missing = /ENOENT|ENOTDIR|ENAMETOOLONG|ERR_INVALID_ARG/.test(codeOf(thrown));
    throw new FacefleetError(missing ? 'FF1101' : 'FF1103', `${path}: ${errorText(thrown)}`, {
      cause: thrown,
    });
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}

async function hasImageContent(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return sniffFormat(buffer.subarray(0, bytesRead)) !== undefined;
  } finally {
    await file.close();
  }
}

function singleImage(path: string, spec: SourceSpec): Source {
  return framesOfEntries({
    kind: 'image',
    name: basename(path),
    path,
    skipped: 0,
    entryCount: 1,
    everyN: spec.everyN,
    keyOf: () => basename(path),
    inputOf: async () => ({ kind: 'file', path }),
  });
}

/** The video library is large and native: loaded only when there is a video. */
async function openVideoLazily(path: string, spec: SourceSpec): Promise<Source> {
  const { openVideo } = await import('./open-video.ts').catch((thrown: unknown) => {
    throw new FacefleetError('FF1104', `the video library does not load: ${errorText(thrown)}`, {
      cause: thrown,
    });
  });
  return openVideo(path, spec.everyN, spec.limits);
}
