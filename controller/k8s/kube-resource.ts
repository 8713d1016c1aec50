import type { V1ConfigMap, V1Namespace, V1Node, V1Pod } from '@kubernetes/client-node';
import type { ExtractionResource } from '../api/extraction-resource.ts';

/** What every object of the cluster has. */
export interface KubeObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
}

/** A kind of objects, as paths of the API and rules of a Role name it. */
export interface KubeResource<T extends KubeObject> {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never there: ties the type of the objects to the resource. */
  readonly shape?: T;
}

/** An Event of the core group. */
export interface KubeEvent extends KubeObject {
  readonly involvedObject: object;
  readonly reason: string;
  readonly message: string;
  readonly type: string;
  readonly source: object;
  readonly reportingComponent: string;
  readonly reportingInstance: string;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
}

/** A Lease, with times as they are sent. */
export interface KubeLease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export const EXTRACTIONS: KubeResource<ExtractionResource> = {
  group: 'facefleet.dev',
  version: 'v1alpha1',
  plural: 'extractions',
  kind: 'Extraction',
  namespaced: true,
};
export const PODS: KubeResource<V1Pod> = core('pods', 'Pod', true);
export const NODES: KubeResource<V1Node> = core('nodes', 'Node', false);
export const CONFIG_MAPS: KubeResource<V1ConfigMap> = core('configmaps', 'ConfigMap', true);
export const NAMESPACES: KubeResource<V1Namespace> = core('namespaces', 'Namespace', false);
export const EVENTS: KubeResource<KubeEvent> = core('events', 'Event', true);
export const LEASES: KubeResource<KubeLease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

function core<T extends KubeObject>(plural: string, kind: string, namespaced: boolean): KubeResource<T> {
  return { group: '', version: 'v1', plural, kind, namespaced };
}

/** `v1`, `facefleet.dev/v1alpha1`. */
export function apiVersion({ group, version }: KubeResource<KubeObject>): string {
  return group === '' ? version : `${group}/${version}`;
}
