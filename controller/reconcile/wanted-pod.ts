import type { V1Pod } from '@kubernetes/client-node';
import type { PodRole } from './observed.ts';

/** A pod that is to be there. */
export interface WantedPod {
  /** Follows from the extraction and the role alone: there can be no two of one lane. */
  readonly name: string;
  readonly role: PodRole;
  /** Of all that it is made from; a pod of another hash is replaced. */
  readonly templateHash: string;
  readonly manifest: V1Pod;
}
