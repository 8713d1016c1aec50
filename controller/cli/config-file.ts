import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { PluginRole } from '../../worker/plugins/plugin.ts';
import { findPlugin } from '../../worker/plugins/registry.ts';
import type { ExtractSpec } from '../api/extract-spec.ts';
import { filters } from '../api/extraction/plugins.ts';
import { schemaIssues } from '../api/schema-issues.ts';

const options = z.record(z.string(), z.record(z.string(), z.unknown()));
const configFile = z.strictObject({
  detect: options.default({}),
  align: options.default({}),
  mask: options.default({}),
  filters: filters.prefault({}),
});

/** Options of plugins by role and the plugin's own name, and the limits of the aligner filters. */
export type ConfigFile = z.infer<typeof configFile>;

/**
 * Reads a YAML file of plugin options; without a path, every default.
 * @throws FacefleetError FF5002 with the entry that is wrong
 */
export async function readConfigFile(path: string | undefined): Promise<ConfigFile> {
  if (path === undefined) return configFile.parse({});
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'), { maxAliasCount: 20 }) ?? {};
  } catch (error) {
    throw new FacefleetError('FF5002', `${path}: ${errorText(error)}`, { cause: error });
  }
  const parsed = configFile.safeParse(content);
  if (!parsed.success)
    throw new FacefleetError('FF5002', `${path}: ${schemaIssues(parsed.error, configFile)}`);
  const config: ConfigFile = { ...parsed.data, detect: {}, align: {}, mask: {} };
  for (const role of ['detect', 'align', 'mask'] as const) {
    for (const [name, values] of Object.entries(parsed.data[role])) {
      const plugin = await findPlugin(role, name);
      if (plugin.name in config[role])
        throw new FacefleetError('FF5002', `${path}: ${role}.${plugin.name} stands there twice`);
      config[role][plugin.name] = await pluginOptions(role, name, values);
    }
  }
  return config;
}

/**
 * A plugin's options with its defaults filled in.
 * @throws FacefleetError FF5002 with the option that is wrong, FF5003 when there is no such plugin
 */
export async function pluginOptions(
  role: PluginRole,
  name: string,
  values: unknown,
): Promise<ExtractSpec['maskers'][number]['options']> {
  const plugin = await findPlugin(role, name);
  const parsed = plugin.options.safeParse(values ?? {});
  if (!parsed.success)
    throw new FacefleetError(
      'FF5002',
      `${role}.${plugin.name}: ${schemaIssues(parsed.error, plugin.options)}`,
    );
  return parsed.data as ExtractSpec['maskers'][number]['options'];
}
