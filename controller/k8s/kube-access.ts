import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { type KubeConfigContent, mergeKubeConfigs, readKubeConfigFile } from './kube-config-file.ts';
import { type CredentialSource, credentialSource } from './kube-credential.ts';

/** What the command line chooses, as kubectl's options of the same names. */
export interface KubeChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Where a cluster's API is and how it is spoken to. */
export interface KubeAccess {
  /** Without a slash at its end. */
  readonly server: string;
  /** Null inside of a cluster. */
  readonly context: string | null;
  /** Of objects whose namespace is not given. */
  readonly namespace: string;
  readonly tls: {
    /** PEM; null: the certificate authorities of the system. */
    readonly ca: Buffer | null;
    readonly serverName: string | null;
    readonly insecure: boolean;
  };
  readonly proxyUrl: string | null;
  readonly credential: CredentialSource;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds the cluster as kubectl does: `--kubeconfig`, else the files of KUBECONFIG (those that exist; the first that has an entry counts),
 * else `~/.kube/config`; its current context or the one chosen; without any of these the service account of the pod.
 * @throws FacefleetError FF7008
 */
export async function kubeAccess(
  choice: KubeChoice,
  env: NodeJS.ProcessEnv = process.env,
): Promise<KubeAccess> {
  const config = await kubeConfig(choice, env);
  const contextName = choice.context ?? config.currentContext;
  if (contextName === null) {
    if (config.clusters.size === 0 && env.KUBERNETES_SERVICE_HOST) return inCluster(choice, env);
    const why =
      config.contexts.size === 0
        ? noConfig(choice, env)
        : `it has no current context; there ${listed(config)}`;
    throw new FacefleetError('FF7008', why);
  }
  const context = config.contexts.get(contextName);
  if (context === undefined)
    throw new FacefleetError('FF7008', `there is no context "${contextName}"; there ${listed(config)}`);
  const cluster = config.clusters.get(context.cluster ?? '');
  if (!cluster?.server)
    throw new FacefleetError(
      'FF7008',
      `context ${contextName}: there is no cluster "${context.cluster ?? ''}" with a server`,
    );
  const user = context.user ? config.users.get(context.user) : {};
  if (user === undefined)
    throw new FacefleetError('FF7008', `context ${contextName}: there is no user "${context.user}"`);
  const data = cluster['certificate-authority-data'];
  const path = cluster['certificate-authority'];
  return {
    server: withoutSlash(cluster.server),
    context: contextName,
    namespace: choice.namespace || context.namespace || 'default',
    tls: {
      ca: data ? Buffer.from(data, 'base64') : path ? await fileOf(path) : null,
      serverName: cluster['tls-server-name'] || null,
      insecure: cluster['insecure-skip-tls-verify'] ?? false,
    },
    proxyUrl: cluster['proxy-url'] || null,
    credential: credentialSource(context.user ?? '', user, cluster),
  };
}

async function kubeConfig({ kubeconfig }: KubeChoice, env: NodeJS.ProcessEnv): Promise<KubeConfigContent> {
  if (kubeconfig !== undefined) {
    const content = await readKubeConfigFile(kubeconfig);
    if (content === null) throw new FacefleetError('FF7008', `${kubeconfig}: there is no such file`);
    return content;
  }
  const contents = await Promise.all(paths(env).map(readKubeConfigFile));
  return mergeKubeConfigs(contents.filter((content) => content !== null));
}

function paths(env: NodeJS.ProcessEnv): readonly string[] {
  const given = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  return given.length > 0 ? given : [join(env.HOME ?? homedir(), '.kube', 'config')];
}

function noConfig({ kubeconfig }: KubeChoice, env: NodeJS.ProcessEnv): string {
  return `no cluster is configured: there is no context in ${kubeconfig ?? paths(env).join(', ')}`;
}

function listed({ contexts }: KubeConfigContent): string {
  return contexts.size === 0 ? 'is none' : `are ${[...contexts.keys()].join(', ')}`;
}

async function inCluster({ namespace }: KubeChoice, env: NodeJS.ProcessEnv): Promise<KubeAccess> {
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  const own = await readFile(join(SERVICE_ACCOUNT, 'namespace'), 'utf8').catch(() => '');
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`,
    context: null,
    namespace: namespace || env.POD_NAMESPACE || own.trim() || 'default',
    tls: { ca: await fileOf(join(SERVICE_ACCOUNT, 'ca.crt')), serverName: null, insecure: false },
    proxyUrl: null,
    credential: credentialSource('service account', { tokenFile: join(SERVICE_ACCOUNT, 'token') }, {}),
  };
}

async function fileOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new FacefleetError('FF7008', errorText(error), { cause: error });
  }
}

function withoutSlash(server: string): string {
  const url = server.includes('://') ? server : `http://${server}`;
  if (!URL.canParse(url)) throw new FacefleetError('FF7008', `"${server}" is no address of a server`);
  return url.replace(/\/+$/, '');
}
