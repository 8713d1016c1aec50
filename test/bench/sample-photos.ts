import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ensureSamples } from '../../models/samples.ts';

/** A new folder with so many photos: the samples in turn, each under a name of its own. */
export async function samplePhotos(folder: string, count: number): Promise<string> {
  await mkdir(folder);
  const samples = await ensureSamples();
  const names = (await readdir(samples)).filter((name) => /^sample\d+\.jpg$/.test(name)).sort();
  for (let i = 0; i < count; i++) {
    const from = names[i % names.length]!;
    await copyFile(join(samples, from), join(folder, `${String(i).padStart(4, '0')}${extname(from)}`));
  }
  return folder;
}
