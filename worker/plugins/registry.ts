import { readdir } from 'node:fs/promises';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { AlignerPlugin, DetectorPlugin, MaskerPlugin, Plugin, PluginRole } from './plugin.ts';

interface PluginOfRole {
  detect: DetectorPlugin;
  align: AlignerPlugin;
  mask: MaskerPlugin;
}

const loaded = new Map<PluginRole, Promise<ReadonlyMap<string, Plugin>>>();

/** Every plugin of a role by name: each file of the role's folder that exports `plugin` is one. */
export function pluginsOf<R extends PluginRole>(role: R): Promise<ReadonlyMap<string, PluginOfRole[R]>> {
  let plugins = loaded.get(role);
  if (plugins === undefined) {
    plugins = loadFolder(role);
    loaded.set(role, plugins);
  }
  return plugins as Promise<ReadonlyMap<string, PluginOfRole[R]>>;
}

/**
 * The plugin of that name; `-` and `_` are the same, case does not matter.
 * @throws FacefleetError FF5003 with the names that exist
 */
export async function findPlugin<R extends PluginRole>(role: R, name: string): Promise<PluginOfRole[R]> {
  const plugins = await pluginsOf(role);
  const wanted = fold(name);
  for (const [known, plugin] of plugins) if (fold(known) === wanted) return plugin;
  throw new FacefleetError('FF5003', `${role} "${name}"; there are ${[...plugins.keys()].join(', ')}`);
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

async function loadFolder(role: PluginRole): Promise<ReadonlyMap<string, Plugin>> {
  const folder = new URL(`./${role}/`, import.meta.url);
  const files = (await readdir(folder))
    .filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts'))
    .sort();
  const plugins = new Map<string, Plugin>();
  for (const file of files) {
    const { plugin } = (await import(new URL(file, folder).href)) as { plugin?: Plugin };
    if (plugin?.role === role) plugins.set(plugin.name, plugin);
  }
  return plugins;
}
