import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import type { NpmSource } from './catalog/catalog-model.ts';
import { faceapi68 } from './catalog/faceapi68.ts';
import { checkSha256 } from './ensure-model.ts';
import { fetchNpmFiles } from './fetch-npm-files.ts';
import { placeFile } from './place-file.ts';
import { sha256 } from './sha256.ts';

const SHA256 = [
  '8ecae4b267b2d3169e06e00c7dee97097aa2a94635d45216f7732a5f4943cb51',
  '7d2b60ae6f13bf30f422e04df87451081a02c83de469056f25afb44b7000c691',
  '8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936',
  '729efa5923061d40eb4ed5f267a18cc7b8ba6f852bb2757b16d8b7e4937476fc',
  '6d45095ebb182d8f975c0790e0e4eefd86fbb40609cf4b271776d92e12662938',
  '9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87',
];

/** The six sample photos of @vladmandic/face-api (MIT), from the tarball that its model comes from too. */
const SOURCE: NpmSource = {
  ...(faceapi68.source as NpmSource),
  files: SHA256.map((hash, i) => ({ path: `demo/sample${i + 1}.jpg`, sha256: hash })),
};

/**
 * The folder with the sample photos sample1.jpg … sample6.jpg, fetched when they are not in the cache.
 * @throws FacefleetError FF2002, FF2003, FF2005
 */
export async function ensureSamples(
  options: { folder?: string; onFetch?: () => void } = {},
): Promise<string> {
  const folder = join(options.folder ?? cacheFolder(), 'samples');
  const paths = SHA256.map((_, i) => join(folder, `sample${i + 1}.jpg`));
  const cached = await Promise.all(paths.map((path) => readFile(path).then(sha256, () => null)));
  if (cached.every((hash, i) => hash === SHA256[i])) return folder;
  options.onFetch?.();
  const files = await fetchNpmFiles(SOURCE);
  for (const [i, path] of paths.entries()) {
    checkSha256(`demo/sample${i + 1}.jpg`, files[i]!, SHA256[i]!);
    await placeFile(path, files[i]!);
  }
  return folder;
}
