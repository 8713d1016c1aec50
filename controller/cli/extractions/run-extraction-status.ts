import { EVENTS, NODES, PODS } from '../../k8s/kube-resource.ts';
import { writeAll } from '../write-all.ts';
import { extractionName } from './extraction-name.ts';
import { findExtraction } from './find-extraction.ts';
import type { KubeOptions } from './kube-options.ts';
import { liveEvents } from './live-events.ts';
import { livePod } from './live-pod.ts';
import { liveView } from './live-view.ts';
import { openCluster } from './open-cluster.ts';
import { runWatch } from './run-watch.ts';

export interface ExtractionStatusOptions extends KubeOptions {
  readonly output: 'text' | 'json';
  readonly watch: boolean;
}

const NO_LIMIT = { columns: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };

/** `facefleet status fx/NAME`: how far an Extraction of the cluster is. @throws FacefleetError FF5001, FF7xxx */
export async function runExtractionStatus(argument: string, options: ExtractionStatusOptions): Promise<void> {
  if (options.watch) {
    await runWatch(argument, options);
    return;
  }
  const client = openCluster(options);
  try {
    const extraction = await findExtraction(client, extractionName(argument));
    const { name, namespace, uid } = extraction.metadata;
    if (options.output === 'json') {
      const { status = {} } = extraction;
      await writeAll([
        `${JSON.stringify({ namespace, name, output: extraction.spec.output.address, ...status })}\n`,
      ]);
      return;
    }
    const selection = { namespace, labelSelector: `facefleet.dev/uid=${uid}` };
    const [pods, events, nodes] = await Promise.all([
      client.list(PODS, selection).catch(() => []),
      client.list(EVENTS, { namespace, fieldSelector: `involvedObject.uid=${uid}` }).catch(() => []),
      client.list(NODES, { namespace: null }).catch(() => []),
    ]);
    const products = new Map(
      nodes.flatMap(({ metadata }) => {
        const product = metadata?.labels?.['nvidia.com/gpu.product'];
        return product === undefined ? [] : [[metadata?.name ?? '', product] as const];
      }),
    );
    const state = {
      extraction,
      deleted: false,
      pods: pods.map((pod) => livePod(pod, products)),
      events: liveEvents(events),
      rates: [],
      lost: null,
      nowMs: Date.now(),
    };
    await writeAll([`${liveView(state, NO_LIMIT).join('\n')}\n`]);
  } finally {
    client.close();
  }
}
