/** API group and version of the custom resource. */
const API_VERSION = 'facefleet.dev/v1alpha1';

/** All extractions of a namespace; null: of all namespaces. */
export function extractionsPath(namespace: string | null): string {
  const within = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/${API_VERSION}${within}/extractions`;
}

export function extractionPath(namespace: string, name: string): string {
  return `${extractionsPath(namespace)}/${encodeURIComponent(name)}`;
}
