import type { Command } from 'commander';

/** What chooses the cluster and the namespace, as kubectl's options of these names. */
export interface KubeOptions {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** Adds the options that choose the cluster. */
export function withKubeOptions(command: Command): Command {
  return command
    .optionsGroup('Cluster:')
    .option('-n, --namespace <name>', "namespace (default: the context's)")
    .option('--context <name>', 'context of the kubeconfig (default: the current one)')
    .option('--kubeconfig <file>', 'instead of KUBECONFIG and ~/.kube/config');
}

/** Whether an option says that a cluster is meant. */
export function choosesCluster({ namespace, context, kubeconfig }: KubeOptions): boolean {
  return namespace !== undefined || context !== undefined || kubeconfig !== undefined;
}
