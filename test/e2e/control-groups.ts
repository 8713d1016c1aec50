import { existsSync } from 'node:fs';
import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** Whether the kernel's control groups are of version 1, a hierarchy for each controller. */
export function hasControlGroupsV1(): boolean {
  return existsSync(join(ROOT, 'memory', 'tasks'));
}

/** Makes a control group in all hierarchies. @param path from their roots */
export async function makeControlGroup(path: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await mkdir(join(hierarchy, path), { recursive: true });
}

/** The folders of control groups of processes that match, in one of the hierarchies. */
export async function controlGroups(matches: (path: string) => boolean): Promise<string[]> {
  const root = join(ROOT, 'memory');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter(matches);
}

/** Removes the control groups at the roots whose names begin so, with all below them; no process may be in them any more. */
export async function removeControlGroups(prefix: string): Promise<void> {
  for (const hierarchy of await hierarchies())
    for (const name of await readdir(hierarchy))
      if (name.startsWith(prefix)) await removeFolders(join(hierarchy, name));
}

async function removeFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await removeFolders(join(folder, entry.name));
  await rmdir(folder);
}

async function hierarchies(): Promise<string[]> {
  const entries = await readdir(ROOT, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(ROOT, name));
}
