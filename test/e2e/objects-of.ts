import { kubectl } from '../servers/kubectl.ts';

/** What comes and goes by itself. */
const PASSING = /^(events|events\.events\.k8s\.io|componentstatuses|.*\.metrics\.k8s\.io)$/;
/** What every namespace gets of its cluster. */
const OF_THE_CLUSTER = /^(ServiceAccount default|Secret default-token-\w+|ConfigMap kube-root-ca\.crt)$/;
const LINE = '{range .items[*]}{.kind} {.metadata.name}{"\\n"}{end}';

/** Everything in a namespace but what the cluster itself puts there, as `Kind name`, sorted. */
export async function objectsOf(kubeconfig: string, namespace: string): Promise<string[]> {
  const listed = await list(kubeconfig, 'true', '--namespace', namespace);
  return listed.filter((line) => !OF_THE_CLUSTER.test(line));
}

/** Everything that belongs to no namespace, likewise. */
export async function clusterObjects(kubeconfig: string): Promise<string[]> {
  return await list(kubeconfig, 'false');
}

async function list(kubeconfig: string, namespaced: string, ...more: readonly string[]): Promise<string[]> {
  const kinds = ['--verbs=list', `--namespaced=${namespaced}`, '--output=name'];
  const names = (await kubectl(kubeconfig, 'api-resources', ...kinds)).trim().split('\n');
  const wanted = names.filter((name) => !PASSING.test(name)).join(',');
  const listed = await kubectl(kubeconfig, 'get', wanted, ...more, `--output=jsonpath=${LINE}`);
  return [...new Set(listed.split('\n').filter((line) => line !== ''))].sort();
}
