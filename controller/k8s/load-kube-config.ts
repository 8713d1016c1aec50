import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';

const IN_CLUSTER_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** What chooses the cluster, the user and the namespace; all as kubectl's options of these names. */
export interface KubeConfigChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** A cluster and who talks to it. */
export interface KubeAccess {
  readonly config: KubeConfig;
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
  const config = loadFiles(choice.kubeconfig, env);
  if (choice.context !== undefined) {
    if (config.getContextObject(choice.context) === null)
      throw new FacefleetError('FF7010', `there is no context ${choice.context}${known(config)}`);
    config.setCurrentContext(choice.context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    const current = config.getCurrentContext();
    const why = current ? `the context ${current} or its cluster is not there` : 'no current context is set';
    throw new FacefleetError('FF7010', `${why}${known(config)}`);
  }
  // what does not use TLS has nothing to verify; the client asks for it to be said
  if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  const context = config.getContextObject(config.getCurrentContext());
  return { config, namespace: choice.namespace ?? context?.namespace ?? 'default', server: cluster.server };
}

function loadFiles(given: string | undefined, env: NodeJS.ProcessEnv): KubeConfig {
  if (given !== undefined) return loadFile(given);
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  const files = (named.length > 0 ? named : [join(env.HOME || homedir(), '.kube', 'config')]).filter(
    existsSync,
  );
  const [first, ...others] = files.map(loadFile);
  if (first !== undefined) return others.reduce(merge, first);
  if (named.length > 0) throw new FacefleetError('FF7010', `KUBECONFIG: no file of ${env.KUBECONFIG} exists`);
  if (!env.KUBERNETES_SERVICE_HOST || !existsSync(IN_CLUSTER_TOKEN)) {
    throw new FacefleetError('FF7010', 'there is no kubeconfig, and this is no pod with a service account');
  }
  const config = new KubeConfig();
  config.loadFromCluster();
  return config;
}

function loadFile(file: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
    readTokenFiles(config, file);
  } catch (error) {
    throw new FacefleetError('FF7010', `${file}: ${errorText(error)}`, { cause: error });
  }
  return config;
}

/** Users with a `tokenFile`, which the client does not read: renewed tokens are found there. */
function readTokenFiles(config: KubeConfig, file: string): void {
  const { users } = parse(readFileSync(file, 'utf8')) as {
    users?: { name: string; user?: { tokenFile?: string } }[] | null;
  };
  const files = new Map(users?.map(({ name, user }) => [name, user?.tokenFile]));
  config.users = config.users.map((user) => {
    const tokenFile = files.get(user.name);
    if (tokenFile === undefined || user.token) return user;
    const path = tokenFile.startsWith('/') ? tokenFile : join(file, '..', tokenFile);
    return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile: path } } };
  });
}

/** The first that names a thing wins. */
function merge(config: KubeConfig, other: KubeConfig): KubeConfig {
  const added = <T extends { readonly name: string }>(own: T[], more: T[]): T[] => [
    ...own,
    ...more.filter(({ name }) => !own.some((one) => one.name === name)),
  ];
  config.clusters = added(config.clusters, other.clusters);
  config.users = added(config.users, other.users);
  config.contexts = added(config.contexts, other.contexts);
  if (!config.currentContext) config.setCurrentContext(other.getCurrentContext());
  return config;
}

function known(config: KubeConfig): string {
  const names = config.getContexts().map(({ name }) => name);
  return names.length === 0 ? '' : `; there are ${names.join(', ')}`;
}
