import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { schemaIssues } from '../api/schema-issues.ts';

const text = z.string().nullish();

const cluster = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'tls-server-name': text,
  'proxy-url': text,
});

const exec = z.object({
  apiVersion: z.string(),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: text,
  interactiveMode: z.enum(['Never', 'IfAvailable', 'Always']).nullish(),
  provideClusterInfo: z.boolean().nullish(),
});

const user = z.object({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  'as-uid': text,
  'as-groups': z.array(z.string()).nullish(),
  exec: exec.nullish(),
  'auth-provider': z.object({ name: z.string() }).nullish(),
});

const context = z.object({ cluster: text, user: text, namespace: text });

const config = z.object({
  clusters: z.array(z.object({ name: z.string(), cluster: cluster.nullish() })).nullish(),
  users: z.array(z.object({ name: z.string(), user: user.nullish() })).nullish(),
  contexts: z.array(z.object({ name: z.string(), context: context.nullish() })).nullish(),
  'current-context': text,
});

export type ClusterEntry = z.output<typeof cluster>;
export type UserEntry = z.output<typeof user>;
export type ExecEntry = z.output<typeof exec>;
type ContextEntry = z.output<typeof context>;

/** A kubeconfig, or several of them merged; paths in it are absolute. */
export interface KubeConfigContent {
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly currentContext: string | null;
}

/**
 * Reads one kubeconfig.
 * @returns null when there is no such file
 * @throws FacefleetError FF7010
 */
export function readKubeConfigFile(path: string): KubeConfigContent | null {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'), { logLevel: 'error' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    // a parser shows the line that is wrong, which may be a token
    const [what] = errorText(error).split(/:?\n/, 1);
    throw new FacefleetError('FF7010', `${path}: ${what}`);
  }
  const parsed = config.safeParse(content ?? {});
  if (!parsed.success) throw new FacefleetError('FF7010', `${path}: ${schemaIssues(parsed.error, config)}`);
  const { clusters, users, contexts, 'current-context': current } = parsed.data;
  const base = dirname(resolve(path));
  return {
    clusters: firstOfEach(clusters ?? [], (entry) => absolute(entry.cluster ?? {}, base)),
    users: firstOfEach(users ?? [], (entry) => absolute(entry.user ?? {}, base)),
    contexts: firstOfEach(contexts ?? [], (entry) => entry.context ?? {}),
    currentContext: current || null,
  };
}

/** As kubectl merges several: of entries with the same name, and of current contexts, the first counts. */
export function mergeKubeConfigs(contents: readonly KubeConfigContent[]): KubeConfigContent {
  const merge = <T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> =>
    new Map(maps.toReversed().flatMap((map) => [...map]));
  return {
    clusters: merge(contents.map(({ clusters }) => clusters)),
    users: merge(contents.map(({ users }) => users)),
    contexts: merge(contents.map(({ contexts }) => contexts)),
    currentContext: contents.find(({ currentContext }) => currentContext !== null)?.currentContext ?? null,
  };
}

function firstOfEach<E extends { readonly name: string }, T>(
  entries: readonly E[],
  content: (entry: E) => T,
): ReadonlyMap<string, T> {
  return new Map(entries.toReversed().map((entry) => [entry.name, content(entry)]));
}

const PATH_KEYS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'] as const;

function absolute<T extends ClusterEntry | UserEntry>(entry: T, base: string): T {
  const paths = Object.fromEntries(
    PATH_KEYS.flatMap((key) => {
      const path = (entry as Readonly<Record<string, unknown>>)[key];
      return typeof path === 'string' && path !== '' ? [[key, resolve(base, path)]] : [];
    }),
  );
  const command = 'exec' in entry ? entry.exec?.command : undefined;
  // a bare name is looked up in PATH
  const own = command?.includes('/')
    ? { exec: { ...(entry as UserEntry).exec, command: resolve(base, command) } }
    : {};
  return { ...entry, ...paths, ...own };
}
