import { KubeClient } from '../../k8s/kube-client.ts';
import { loadKubeConfig } from '../../k8s/load-kube-config.ts';
import type { KubeOptions } from './kube-options.ts';

/** A client of the cluster that the options choose. @throws FacefleetError FF7010 */
export function openCluster({ namespace, context, kubeconfig }: KubeOptions): KubeClient {
  const access = loadKubeConfig({
    ...(namespace === undefined ? {} : { namespace }),
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  });
  return new KubeClient(access);
}
