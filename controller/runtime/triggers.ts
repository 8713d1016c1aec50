import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { ExtractionResource } from '../api/extraction-resource.ts';
import { extractionUidOf } from '../k8s/keep/keep-pod.ts';
import type { KubeObject } from '../k8s/kube-resource.ts';
import { keyOf } from '../k8s/object-cache.ts';
import { isWorkerOf, wantsToRun } from '../reconcile/round-demands.ts';
import type { Caches } from './caches.ts';

export interface TriggerTargets {
  /** Look at the extraction of this key. */
  readonly look: (key: string) => void;
  /** Share the cluster out anew. */
  readonly plan: () => void;
  /** Nodes came, went or changed. */
  readonly nodesChanged: () => void;
  /** An extraction is gone. */
  readonly gone: (uid: string) => void;
}

/** What has to be done when something in the caches changes. */
export function connectTriggers(caches: Caches, { look, plan, nodesChanged, gone }: TriggerTargets): void {
  /** Extractions by uid, as far as they are there. */
  const keys = new Map<string, string>();
  /** Workers of extractions that run: what they take is known from the plans. What others give back when they end is not. */
  const isPlanned = (pod: V1Pod): boolean => {
    const key = keys.get(extractionUidOf(pod) ?? '');
    const extraction = key === undefined ? undefined : caches.extractions.cache.objects.get(key);
    if (extraction === undefined || !wantsToRun(extraction)) return false;
    return isWorkerOf(new Set([extraction.metadata.uid]), pod);
  };
  const owner = (object: KubeObject | null): void => {
    const uid = object && extractionUidOf(object);
    const key = uid === null ? undefined : keys.get(uid);
    if (key !== undefined) look(key);
  };
  caches.extractions.cache.changes.add(({ before, now }) => {
    if (before !== null && before.metadata.uid !== now?.metadata.uid) {
      keys.delete(before.metadata.uid);
      gone(before.metadata.uid);
    }
    if (now !== null) {
      keys.set(now.metadata.uid, keyOf(now));
      look(keyOf(now));
    }
    if (before === null || now === null || claimOf(before) !== claimOf(now)) plan();
  });
  caches.unread.changes.add(look);
  caches.pods.cache.changes.add(({ before, now }) => {
    owner(now ?? before);
    if (roomOf(before) !== roomOf(now) && !isPlanned((now ?? before)!)) plan();
  });
  caches.jobs.cache.changes.add(({ before, now }) => owner(now ?? before));
  caches.nodes.cache.changes.add(({ before, now }) => {
    nodesChanged();
    plan();
    if (before !== null && now !== null && isReady(before) === isReady(now)) return;
    for (const pod of caches.podsOn.of((now ?? before)?.metadata?.name ?? '')) owner(pod);
  });
  caches.namespaces.cache.changes.add(({ before, now }) => {
    if (before === null && now?.metadata?.deletionTimestamp === undefined) return;
    for (const extraction of caches.extractionsIn.of((now ?? before)?.metadata?.name ?? ''))
      look(keyOf(extraction));
  });
}

/** All of an extraction that bears on what others get. */
function claimOf({ metadata, status }: ExtractionResource): string {
  const { uid, generation, deletionTimestamp } = metadata;
  return JSON.stringify([uid, generation, deletionTimestamp, status?.phase, status?.plan?.job]);
}

/** All of a pod that bears on what its node has left; '' when it takes nothing. */
function roomOf(pod: V1Pod | null): string {
  const over = pod?.status?.phase === 'Succeeded' || pod?.status?.phase === 'Failed';
  return pod === null || over ? '' : `${pod.metadata?.uid} ${pod.spec?.nodeName ?? ''}`;
}

function isReady(node: V1Node | null): boolean {
  return node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
