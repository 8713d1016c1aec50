import type { ExtractionResource } from '../../api/extraction-resource.ts';
import type { KubeClient } from '../../k8s/kube-client.ts';
import { EXTRACTIONS } from '../../k8s/kube-resource.ts';
import { writeAll } from '../write-all.ts';
import { extractionName } from './extraction-name.ts';
import { findExtraction } from './find-extraction.ts';
import { followList } from './follow-list.ts';
import type { KubeOptions } from './kube-options.ts';
import { resourceName } from './object-text.ts';
import { openCluster } from './open-cluster.ts';

export interface CancelOptions extends KubeOptions {
  readonly wait: boolean;
}

/** `facefleet cancel`. All names are looked up before the first is deleted. @throws FacefleetError FF5001, FF7xxx */
export async function runCancel(names: readonly string[], options: CancelOptions): Promise<void> {
  const client = openCluster(options);
  try {
    const found = await Promise.all(names.map((name) => findExtraction(client, extractionName(name))));
    for (const { metadata, spec } of found) {
      const { name, namespace, uid } = metadata;
      await client.delete(EXTRACTIONS, { namespace, name }, { uid });
      await writeAll([`${resourceName(name)} cancelled; what it has done stays in ${spec.output.address}\n`]);
    }
    if (!options.wait) return;
    await Promise.all(found.map((one) => untilGone(client, one)));
    await writeAll([`${found.length === 1 ? 'it is' : 'all are'} gone\n`]);
  } finally {
    client.close();
  }
}

async function untilGone(client: KubeClient, { metadata }: ExtractionResource): Promise<void> {
  const { name, namespace, uid } = metadata;
  const gone = new AbortController();
  const selection = { namespace, fieldSelector: `metadata.name=${name}` };
  for await (const { objects, lost } of followList(client, EXTRACTIONS, selection, gone.signal))
    if (lost === null && !objects.has(uid)) break;
  gone.abort();
}
