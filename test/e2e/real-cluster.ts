import type { V1Pod } from '@kubernetes/client-node';
import { givenCluster } from './given-cluster.ts';
import { MACHINE } from './machine.ts';
import { ownCluster } from './own-cluster.ts';

/** Values of the chart. */
export type ChartValues = Readonly<Record<string, unknown>>;

/** A bucket server that this process and pods reach. */
export interface ClusterS3 {
  /** For this process. */
  readonly endpoint: string;
  readonly credentials: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
  /** For pods. */
  readonly podEndpoint: string;
}

/** A cluster on whose nodes pods really run. */
export interface RealCluster extends AsyncDisposable {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Where its images are, by the names that the Dockerfile gives them; null where they may have others. */
  readonly registry: string | null;
  /** What the chart is installed with: its images, and what this cluster needs. */
  readonly values: ChartValues;
  /** The same with another name of the controller's image; null where it has none. */
  readonly otherImage: ChartValues | null;
  /** Its S3 server. @param namespace where the chart is installed */
  s3(namespace: string): Promise<ClusterS3>;
  /** Ends the processes of a pod's container by SIGKILL; null where its nodes are other machines. */
  readonly killContainer: ((pod: V1Pod) => Promise<void>) | null;
  /** Containers on its nodes; null where they are other machines. */
  readonly containers: (() => Promise<string[]>) | null;
}

/** The cluster of FACEFLEET_TEST_KUBECONFIG, or one with two nodes on this machine, which takes a minute or two. */
export async function openRealCluster(): Promise<RealCluster> {
  const { FACEFLEET_TEST_KUBECONFIG: given } = process.env;
  return given ? await givenCluster(given) : await ownCluster(MACHINE!);
}
