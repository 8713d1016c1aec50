import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * The folder that keys of a source of files are relative to: the source itself, or that of an image, list or video. What is not there is taken
 * for a folder.
 */
export async function sourceFolder(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => true,
  );
  return isFolder ? resolve(path) : dirname(resolve(path));
}
