import { stat } from 'node:fs/promises';

/**
 * What tells a file from another one that took its name: its size in bytes and the time of its last change in whole seconds, which
 * most tools that copy or unpack files keep. Undefined when it cannot be looked at; links are followed.
 */
export async function fileVersion(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size}-${Math.floor(mtimeMs / 1000)}`;
  } catch {
    return undefined;
  }
}
