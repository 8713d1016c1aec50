import type { V1ConfigMap, V1Namespace, V1Node, V1Pod } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { ExtractionResource } from '../api/extraction-resource.ts';
import { Informer, type InformerTiming, type RelistReason } from '../k8s/informer.ts';
import { keepJob } from '../k8s/keep/keep-job.ts';
import { keepNamespace } from '../k8s/keep/keep-namespace.ts';
import { keepNode } from '../k8s/keep/keep-node.ts';
import { extractionUidOf, keepPod } from '../k8s/keep/keep-pod.ts';
import { sameContent } from '../k8s/keep/same-content.ts';
import type { KubeClient } from '../k8s/kube-client.ts';
import { CONFIG_MAPS, EXTRACTIONS, type KubeObject, NAMESPACES, NODES, PODS } from '../k8s/kube-resource.ts';
import { ObjectIndex } from '../k8s/object-index.ts';
import { LABELS } from '../reconcile/labels.ts';
import { UnreadExtractions } from './unread-extractions.ts';

export interface CachesOptions {
  readonly client: KubeClient;
  /** Whose extractions are looked after; null: all namespaces'. Nodes, and what the pods of others take of them, are seen in any case. */
  readonly namespace: string | null;
  readonly log: Logger;
  readonly timing?: InformerTiming;
  readonly onRelist?: (resource: string, reason: RelistReason) => void;
}

/** All that the controller sees of the cluster. */
export class Caches {
  readonly extractions: Informer<ExtractionResource>;
  readonly unread: UnreadExtractions;
  readonly pods: Informer<V1Pod>;
  readonly jobs: Informer<V1ConfigMap>;
  readonly nodes: Informer<V1Node>;
  readonly namespaces: Informer<V1Namespace>;
  /** Pods of extractions and their jobs by the extraction's uid. */
  readonly podsOf: ObjectIndex<V1Pod>;
  readonly jobsOf: ObjectIndex<V1ConfigMap>;
  /** Pods of extractions by their node. */
  readonly podsOn: ObjectIndex<V1Pod>;
  readonly extractionsIn: ObjectIndex<ExtractionResource>;

  constructor({ client, namespace, log, timing, onRelist }: CachesOptions) {
    const common = (resource: { readonly plural: string }) => ({
      client,
      log,
      ...(timing && { timing }),
      ...(onRelist && { onRelist: (reason: RelistReason) => onRelist(resource.plural, reason) }),
    });
    this.unread = new UnreadExtractions(log);
    this.extractions = new Informer(EXTRACTIONS, {
      ...common(EXTRACTIONS),
      selection: { namespace },
      keep: (object) => this.unread.read(object),
    });
    this.pods = new Informer(PODS, {
      ...common(PODS),
      selection: { namespace: null },
      keep: keepPod,
      same: sameContent,
    });
    this.jobs = new Informer(CONFIG_MAPS, {
      ...common(CONFIG_MAPS),
      selection: { namespace, labelSelector: LABELS.extraction },
      keep: keepJob,
    });
    this.nodes = new Informer(NODES, {
      ...common(NODES),
      selection: { namespace: null },
      keep: keepNode,
      same: sameContent,
    });
    this.namespaces = new Informer(NAMESPACES, {
      ...common(NAMESPACES),
      selection: {
        namespace: null,
        ...(namespace !== null && { fieldSelector: `metadata.name=${namespace}` }),
      },
      keep: keepNamespace,
      same: sameContent,
    });
    this.podsOf = new ObjectIndex(this.pods.cache, extractionUidOf);
    this.podsOn = new ObjectIndex(this.pods.cache, (pod) =>
      extractionUidOf(pod) === null ? null : (pod.spec?.nodeName ?? null),
    );
    this.jobsOf = new ObjectIndex(this.jobs.cache, extractionUidOf);
    this.extractionsIn = new ObjectIndex(this.extractions.cache, ({ metadata }) => metadata.namespace);
  }

  get informers(): readonly Informer<KubeObject>[] {
    const all: readonly unknown[] = [this.extractions, this.pods, this.jobs, this.nodes, this.namespaces];
    return all as readonly Informer<KubeObject>[];
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.informers.map((informer) => informer.run(signal)));
  }

  async synced(): Promise<void> {
    await Promise.all(this.informers.map((informer) => informer.synced));
  }

  /** What is not up to date, and why; '' when all is. */
  get trouble(): string {
    return this.informers
      .flatMap(({ resource, isSynced, trouble }) => {
        if (trouble !== null) return [`${resource.plural}: ${trouble.message || trouble.name}`];
        return isSynced ? [] : [`${resource.plural}: not listed yet`];
      })
      .join('; ');
  }
}
