import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Options } from 'pacote';
import { parseNpmrc, type RawSettings } from './parse-npmrc.ts';

const DEFAULT_REGISTRY = 'https://registry.npmjs.org/';

/** npm's settings that matter for fetching, in the form that pacote takes. */
export type NpmSettings = Options & { readonly registry: string } & Readonly<Record<string, unknown>>;

/**
 * The user's npm settings as npm itself would find them, so that a run outside npm uses the same registry: from weak to strong the
 * global, the user's and the project's `.npmrc`, then the environment (`npm_config_…`). Files that are absent or unreadable count as empty.
 * @param folder where the project's `.npmrc` is looked for: there or in the nearest folder above with a package.json or node_modules
 */
export async function npmSettings(
  env: NodeJS.ProcessEnv = process.env,
  folder = process.cwd(),
): Promise<NpmSettings> {
  const environment = environmentSettings(env);
  const user = text(environment.userconfig) ?? join(env.HOME ?? homedir(), '.npmrc');
  const raw: RawSettings = {};
  for (const path of [globalFile(environment, env), user, join(projectFolder(folder), '.npmrc')]) {
    if (path !== undefined) Object.assign(raw, parseNpmrc(await readFile(path, 'utf8').catch(() => ''), env));
  }
  return await toPacote({ ...raw, ...environment });
}

/** The registry that a package comes from: that of its scope when one is set. */
export function registryOf(packageName: string, settings: NpmSettings): string {
  const scope = packageName.startsWith('@') ? packageName.split('/')[0] : undefined;
  return text(settings[`${scope}:registry`]) ?? settings.registry;
}

function environmentSettings(env: NodeJS.ProcessEnv): RawSettings {
  const settings: RawSettings = {};
  for (const [name, value] of Object.entries(env)) {
    const key = /^npm_config_(.+)$/i.exec(name)?.[1];
    if (key === undefined || !value) continue;
    settings[key.startsWith('//') || key.startsWith('@') ? key : key.toLowerCase().replace(/(?!^)_/g, '-')] =
      value;
  }
  return settings;
}

/** npm's own global file is below its prefix, which is unknown outside npm: the first that exists at the usual places. */
function globalFile(environment: RawSettings, env: NodeJS.ProcessEnv): string | undefined {
  const named = text(environment.globalconfig);
  if (named !== undefined) return named;
  const prefixes = [
    text(environment.prefix),
    env.PREFIX,
    dirname(dirname(process.execPath)),
    '/usr/local',
    '/usr',
  ];
  return prefixes.flatMap((prefix) => (prefix ? [join(prefix, 'etc', 'npmrc')] : [])).find(existsSync);
}

function projectFolder(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) || existsSync(join(at, 'node_modules'))) return at;
    if (dirname(at) === at) return resolve(folder);
  }
}

async function toPacote(raw: RawSettings): Promise<NpmSettings> {
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    // credentials of one registry, and registries of scopes: pacote takes them as they are
    if (key.startsWith('//') || /^@[^:]+:registry$/.test(key)) settings[key] = value;
  }
  const set = (name: string, value: unknown): void => {
    if (value !== undefined) settings[name] = value;
  };
  set('ca', raw.ca ?? (await certificates(text(raw.cafile))));
  set('cert', text(raw.cert));
  set('key', text(raw.key));
  set('proxy', text(raw.proxy));
  set('httpsProxy', text(raw['https-proxy']));
  set('noProxy', text(raw.noproxy));
  set('localAddress', text(raw['local-address']));
  set('replaceRegistryHost', text(raw['replace-registry-host']));
  if (text(raw['strict-ssl']) === 'false') settings.strictSSL = false;
  return { ...settings, registry: text(raw.registry) ?? DEFAULT_REGISTRY };
}

async function certificates(path: string | undefined): Promise<string[] | undefined> {
  if (path === undefined) return undefined;
  const pem = await readFile(path, 'utf8').catch(() => '');
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== 'null' ? value : undefined;
}
