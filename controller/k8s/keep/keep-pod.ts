import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { LABELS } from '../../reconcile/labels.ts';
import type { KubeObject } from '../kube-resource.ts';

/** uid of the extraction that an object belongs to; null: to none. */
export function extractionUidOf(
  object: KubeObject & { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } },
): string | null {
  return object.metadata?.labels?.[LABELS.uid] ?? null;
}

/** Pods of extractions whole; of all others what they take of their node, for a cluster has many more of them. */
export function keepPod(object: V1Pod): V1Pod {
  if (extractionUidOf(object) === null) return keepForeign(object);
  const { managedFields: _, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}

function keepForeign({ metadata, spec, status }: V1Pod): V1Pod {
  const { name, namespace, uid, resourceVersion } = metadata ?? {};
  const { nodeName, containers = [], initContainers, overhead, resources } = spec ?? {};
  return {
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    spec: {
      containers: containers.map(keepContainer),
      ...(nodeName !== undefined && { nodeName }),
      ...(initContainers !== undefined && { initContainers: initContainers.map(keepContainer) }),
      ...(overhead !== undefined && { overhead }),
      ...(resources !== undefined && { resources }),
    },
    ...(status?.phase !== undefined && { status: { phase: status.phase } }),
  };
}

function keepContainer({ resources, restartPolicy }: V1Container): V1Container {
  const { requests, limits } = resources ?? {};
  return {
    name: '',
    ...(restartPolicy !== undefined && { restartPolicy }),
    ...(resources !== undefined && {
      resources: { ...(requests !== undefined && { requests }), ...(limits !== undefined && { limits }) },
    }),
  };
}
