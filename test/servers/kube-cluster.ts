import { readFile, writeFile } from 'node:fs/promises';
import { KubeConfig, type V1CustomResourceDefinition } from '@kubernetes/client-node';
import { type ControlPlaneOptions, startControlPlane } from './kube-control-plane.ts';
import { createCrd } from './kube-crd.ts';
import { withoutKube } from './kube-programs.ts';

/** A Kubernetes cluster for tests. */
export interface KubeCluster {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** The API server, to be stopped and started again with what it had; null where the cluster was not started for the tests. */
  readonly apiServer: ApiServer | null;
  /** Forgets what was before a version of an object: watches from there are answered by 410. Null where the cluster was not started for the tests. */
  readonly compact: ((version: string) => Promise<void>) | null;
  /** Where every request is written down (see `auditedCalls`); null where that was not asked for, or the cluster was not started for the tests. */
  readonly auditLog: string | null;
  /** Client settings of an administrator, or of the bearer of a token. */
  config(token?: string): KubeConfig;
  /** Creates a definition of custom resources, or makes the one that is there like this, and waits until it is served. */
  createCrd(crd: V1CustomResourceDefinition): Promise<void>;
  /** Ends what was started, and removes its files. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ApiServer {
  /** SIGTERM. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Settled when it serves again. */
  start(): Promise<void>;
}

/**
 * The cluster of FACEFLEET_TEST_KUBECONFIG, or a control plane of its own without any node: etcd, API server (with CRDs that have CEL
 * rules), controller-manager and scheduler on free ports of 127.0.0.1; some 570 MB, ready in about 10 s. There may be several at a time.
 * @throws Error where `withoutKube` says why
 */
export async function startKubeCluster(options: ControlPlaneOptions = {}): Promise<KubeCluster> {
  if (withoutKube !== false) throw new Error(withoutKube);
  const { FACEFLEET_TEST_KUBECONFIG: given } = process.env;
  return given ? await givenCluster(given) : await ownCluster(options);
}

async function givenCluster(kubeconfig: string): Promise<KubeCluster> {
  const config = configOf(await readFile(kubeconfig, 'utf8'));
  return {
    kubeconfig,
    apiServer: null,
    compact: null,
    auditLog: null,
    config,
    createCrd: async (crd) => await createCrd(config(), crd),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function ownCluster(options: ControlPlaneOptions): Promise<KubeCluster> {
  const plane = await startControlPlane(options);
  const config = configOf(plane.kubeconfig);
  await writeFile(plane.kubeconfigFile, plane.kubeconfig, { mode: 0o600 });
  return {
    kubeconfig: plane.kubeconfigFile,
    apiServer: plane.apiServer,
    compact: (version) => compact(plane.etcdUrl, version),
    auditLog: plane.auditLog,
    config,
    createCrd: async (crd) => await createCrd(config(), crd, plane.extensions),
    [Symbol.asyncDispose]: plane.end,
  };
}

/** Versions of objects are revisions of etcd. */
async function compact(etcdUrl: string, version: string): Promise<void> {
  const body = JSON.stringify({ revision: version, physical: true });
  const answer = await fetch(`${etcdUrl}/v3/kv/compaction`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`etcd: ${answer.status} ${await answer.text()}`);
}

function configOf(content: string): KubeCluster['config'] {
  return (token) => {
    const config = new KubeConfig();
    config.loadFromString(content);
    if (token === undefined) return config;
    const bearer = new KubeConfig();
    bearer.loadFromClusterAndUser(config.getCurrentCluster()!, { name: 'bearer', token });
    return bearer;
  };
}
