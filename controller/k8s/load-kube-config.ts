import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { type KubeConfigContent, mergeKubeConfigs, readKubeConfigFile } from './kube-config-file.ts';
import { KubeIdentity } from './kube-identity.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What chooses the cluster, the user and the namespace; all as kubectl's options of these names. */
export interface KubeConfigChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** What requests prove their sender by, and the server itself; `KubeConfig` of @kubernetes/client-node is one, too. */
export interface KubeSecurity {
  /** Adds certificates and headers; `agent` when there is a proxy. */
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
  /** The server did not accept what was given last. */
  renew?(): void;
  getCurrentCluster(): { readonly proxyUrl?: string | undefined } | null;
}

/** A cluster and who talks to it. */
export interface KubeAccess {
  readonly config: KubeSecurity;
  /** Of the option, else the context's, else `default`. */
  readonly namespace: string;
  /** The API server. */
  readonly server: string;
}

/**
 * Reads the kubeconfig as kubectl does: `--kubeconfig`, else the files of KUBECONFIG (the first that names a thing wins; absent ones are passed
 * over), else `~/.kube/config`, else the service account of the pod that this runs in.
 * @throws FacefleetError FF7010
 */
export function loadKubeConfig(choice: KubeConfigChoice, env: NodeJS.ProcessEnv = process.env): KubeAccess {
  const content = readFiles(choice.kubeconfig, env);
  if (content === null) return inCluster(choice, env);
  const name = choice.context ?? content.currentContext;
  if (name === null) throw new FacefleetError('FF7010', `no current context is set${known(content)}`);
  const context = content.contexts.get(name);
  if (context === undefined)
    throw new FacefleetError('FF7010', `there is no context ${name}${known(content)}`);
  const cluster = content.clusters.get(context.cluster ?? '');
  if (!cluster?.server)
    throw new FacefleetError(
      'FF7010',
      `context ${name}: there is no cluster ${context.cluster} with a server`,
    );
  const user = context.user ? content.users.get(context.user) : {};
  if (user === undefined)
    throw new FacefleetError('FF7010', `context ${name}: there is no user ${context.user}`);
  const server = serverOf(cluster.server);
  return {
    config: new KubeIdentity({ server, cluster, userName: context.user ?? '', user, env }),
    namespace: choice.namespace ?? (context.namespace || 'default'),
    server,
  };
}

/** Null: there is none, and this is a pod with a service account. */
function readFiles(given: string | undefined, env: NodeJS.ProcessEnv): KubeConfigContent | null {
  if (given !== undefined) {
    const content = readKubeConfigFile(given);
    if (content === null) throw new FacefleetError('FF7010', `${given}: there is no such file`);
    return content;
  }
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  const files = named.length > 0 ? named : [join(env.HOME || homedir(), '.kube', 'config')];
  const contents = files.map(readKubeConfigFile).filter((content) => content !== null);
  if (contents.length > 0) return mergeKubeConfigs(contents);
  if (named.length > 0) throw new FacefleetError('FF7010', `KUBECONFIG: no file of ${env.KUBECONFIG} exists`);
  if (env.KUBERNETES_SERVICE_HOST && existsSync(join(SERVICE_ACCOUNT, 'token'))) return null;
  throw new FacefleetError('FF7010', 'there is no kubeconfig, and this is no pod with a service account');
}

function inCluster({ namespace }: KubeConfigChoice, env: NodeJS.ProcessEnv): KubeAccess {
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`;
  const cluster = { server, 'certificate-authority': join(SERVICE_ACCOUNT, 'ca.crt') };
  const user = { tokenFile: join(SERVICE_ACCOUNT, 'token') };
  return {
    config: new KubeIdentity({ server, cluster, userName: 'service account', user, env }),
    namespace: namespace ?? (env.POD_NAMESPACE || ownNamespace()),
    server,
  };
}

function ownNamespace(): string {
  try {
    return readFileSync(join(SERVICE_ACCOUNT, 'namespace'), 'utf8').trim() || 'default';
  } catch {
    return 'default';
  }
}

function serverOf(server: string): string {
  const url = server.includes('://') ? server : `http://${server}`;
  try {
    return new URL(url).href.replace(/\/+$/, '');
  } catch (error) {
    throw new FacefleetError('FF7010', `"${server}" is no address of a server: ${errorText(error)}`, {
      cause: error,
    });
  }
}

function known({ contexts }: KubeConfigContent): string {
  return contexts.size === 0 ? '' : `; there are ${[...contexts.keys()].join(', ')}`;
}
