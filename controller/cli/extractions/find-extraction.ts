import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import type { KubeClient } from '../../k8s/kube-client.ts';
import { EXTRACTIONS } from '../../k8s/kube-resource.ts';
import { closeNames } from './close-names.ts';

/**
 * The Extraction of a name in the client's namespace.
 * @throws FacefleetError FF7005 with the names that may have been meant
 */
export async function findExtraction(client: KubeClient, name: string): Promise<ExtractionResource> {
  const { namespace } = client;
  const found = await client.get(EXTRACTIONS, namespace, name);
  if (found !== null) return found;
  throw await notFound(client, name);
}

/** The error for a name that there is no Extraction of. */
export async function notFound(client: KubeClient, name: string): Promise<FacefleetError> {
  const { namespace } = client;
  const here = await namesIn(client, namespace);
  const close = closeNames(
    name,
    here.map(({ metadata }) => metadata.name),
  );
  const elsewhere =
    close.length > 0 ? [] : (await namesIn(client, null)).filter(({ metadata }) => metadata.name === name);
  const hints = [
    ...(close.length > 0 ? [`did you mean ${close.join(' or ')}?`] : []),
    ...elsewhere.slice(0, 3).map(({ metadata }) => `there is one in namespace ${metadata.namespace}`),
  ];
  const text = `Extraction "${name}" in namespace ${namespace}`;
  return new FacefleetError('FF7005', [text, ...hints].join('; '));
}

/** None where they may not be listed: the hint is left out then. */
async function namesIn(client: KubeClient, namespace: string | null): Promise<readonly ExtractionResource[]> {
  return await client.list(EXTRACTIONS, { namespace }).catch(() => []);
}
