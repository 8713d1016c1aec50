import { stat } from 'node:fs/promises';

/**
 * What tells a file from another one that took its name: its size in bytes and the time of its last change in nanoseconds.
 * Undefined when it cannot be looked at; links are followed.
 */
export async function fileVersion(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeNs } = await stat(path, { bigint: true });
    return `${size}-${mtimeNs}`;
  } catch {
    return undefined;
  }
}
