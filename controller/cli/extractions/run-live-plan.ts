import type { V1Pod } from '@kubernetes/client-node';
import { parseExtraction } from '../../api/extraction.ts';
import { parseExtractionResource } from '../../api/extraction-resource.ts';
import { parseNodes, parsePods } from '../../api/kubernetes-lists.ts';
import type { KubeClient } from '../../k8s/kube-client.ts';
import { NODES, PODS } from '../../k8s/kube-resource.ts';
import { checkPluginOptions } from '../check-plugin-options.ts';
import { type ExplainOptions, explainPlan, type PlanSubject } from '../plan-extraction.ts';
import { readYaml } from '../read-structured.ts';
import { extractionName } from './extraction-name.ts';
import { findExtraction } from './find-extraction.ts';
import type { KubeOptions } from './kube-options.ts';
import { openCluster } from './open-cluster.ts';

/** Which extraction: of a file, or one that the cluster has. */
export type PlanTarget = { readonly file: string } | { readonly name: string };

/**
 * `facefleet plan` on the cluster as it is now; nothing is changed in it.
 * @throws FacefleetError FF5002, FF5003, FF7xxx
 */
export async function runLivePlan(target: PlanTarget, options: ExplainOptions & KubeOptions): Promise<void> {
  const client = openCluster(options);
  try {
    const { extraction, uid, frames } = await planned(client, target);
    const [nodes, pods] = await Promise.all([
      client.list(NODES, { namespace: null }),
      client.list(PODS, { namespace: null }),
    ]);
    // what the extraction has itself is free for its plan
    const foreign = pods.filter((pod) => uid === null || !isOf(pod, uid));
    const subject = {
      extraction,
      nodes: parseNodes({ kind: 'NodeList', items: nodes }, `nodes of ${client.server}`),
      pods: parsePods({ kind: 'PodList', items: foreign }, `pods of ${client.server}`),
    };
    await explainPlan(subject, { ...options, frames: options.frames ?? frames });
  } finally {
    client.close();
  }
}

interface Planned {
  readonly extraction: PlanSubject['extraction'];
  /** Null when the cluster does not have it. */
  readonly uid: string | null;
  /** Of its source, where the cluster knows. */
  readonly frames: number | undefined;
}

async function planned(client: KubeClient, target: PlanTarget): Promise<Planned> {
  if ('file' in target) {
    const extraction = parseExtraction(await readYaml(target.file), target.file);
    await checkPluginOptions(extraction, target.file);
    return { extraction, uid: null, frames: undefined };
  }
  const found = await findExtraction(client, extractionName(target.name));
  const { metadata, spec, status } = parseExtractionResource(found, target.name);
  await checkPluginOptions({ spec }, target.name);
  return {
    extraction: { metadata, spec },
    uid: metadata.uid,
    frames: status?.progress?.total ?? undefined,
  };
}

function isOf({ metadata }: V1Pod, uid: string): boolean {
  return metadata?.labels?.['facefleet.dev/uid'] === uid;
}
