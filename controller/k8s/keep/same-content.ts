import type { KubeObject } from '../kube-resource.ts';

/** Whether two versions of an object, of which the same is kept in the same order, differ in nothing but the version. */
export function sameContent(a: KubeObject, b: KubeObject): boolean {
  return withoutVersion(a) === withoutVersion(b);
}

function withoutVersion(object: KubeObject): string {
  const { resourceVersion: _, ...metadata } = object.metadata ?? {};
  return JSON.stringify({ ...object, metadata });
}
