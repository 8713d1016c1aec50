import type { V1Pod } from '@kubernetes/client-node';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import type { KubeClient } from '../../k8s/kube-client.ts';
import { EVENTS, EXTRACTIONS, type KubeEvent, NODES, PODS } from '../../k8s/kube-resource.ts';
import { extractionEnd } from './extraction-end.ts';
import { type Followed, followList } from './follow-list.ts';
import { liveEvents } from './live-events.ts';
import { livePod } from './live-pod.ts';
import type { LiveState } from './live-state.ts';

const RATES_KEPT = 40;
const PRODUCT_LABEL = 'nvidia.com/gpu.product';

/**
 * Follows an extraction until it has ended or was deleted: itself, and its pods and events as far as they may be read.
 * @param onChange told the state after every change
 * @returns the last state
 * @throws FacefleetError as `followList`
 */
export async function followLive(
  client: KubeClient,
  first: ExtractionResource,
  signal: AbortSignal,
  onChange: (state: LiveState) => void,
): Promise<LiveState> {
  const { name, namespace, uid } = first.metadata;
  const products = new Map<string, string>();
  let pods: readonly V1Pod[] = [];
  let state: LiveState = {
    extraction: first,
    deleted: false,
    pods: [],
    events: [],
    rates: [],
    lost: null,
    nowMs: Date.now(),
  };
  const change = (changed: Partial<LiveState>): void => {
    state = { ...state, ...changed, nowMs: Date.now() };
    onChange(state);
  };
  const showPods = (): void => change({ pods: pods.map((pod) => livePod(pod, products)) });
  const learnProducts = async (): Promise<void> => {
    for (const node of new Set(pods.map(({ spec }) => spec?.nodeName))) {
      if (!node || products.has(node)) continue;
      const found = await client.get(NODES, null, node, ending.signal).catch(() => null);
      const product = found?.metadata?.labels?.[PRODUCT_LABEL];
      if (product !== undefined) products.set(node, product);
    }
    showPods();
  };
  const ending = new AbortController();
  const both = AbortSignal.any([signal, ending.signal]);
  const about = `involvedObject.uid=${uid}`;
  const aside = [
    each<V1Pod>(
      followList(client, PODS, { namespace, labelSelector: `facefleet.dev/uid=${uid}` }, both),
      async ({ objects }) => {
        pods = [...objects.values()];
        showPods();
        await learnProducts();
      },
    ),
    each<KubeEvent>(followList(client, EVENTS, { namespace, fieldSelector: about }, both), ({ objects }) =>
      change({ events: liveEvents(objects.values()) }),
    ),
  ];
  change({});
  try {
    const own = { namespace, fieldSelector: `metadata.name=${name}` };
    for await (const { objects, lost } of followList(client, EXTRACTIONS, own, both)) {
      const found = objects.get(uid);
      const sinceMs = state.lost?.sinceMs ?? Date.now();
      change({
        ...(found === undefined ? {} : { extraction: found }),
        deleted: found === undefined,
        rates: found === undefined ? state.rates : withRate(state.rates, found),
        lost: lost === null ? null : { sinceMs, why: lost },
      });
      if (extractionEnd(state.extraction, state.deleted) !== null) break;
    }
  } finally {
    ending.abort();
    await Promise.all(aside);
  }
  return state;
}

/** Whoever may not read pods or events sees the rest. */
async function each<T>(
  follow: AsyncGenerator<Followed<T>>,
  see: (followed: Followed<T>) => void | Promise<void>,
): Promise<void> {
  try {
    for await (const followed of follow) await see(followed);
  } catch {}
}

function withRate(rates: readonly number[], { status }: ExtractionResource): readonly number[] {
  const rate = status?.phase === 'Running' ? (status.progress?.framesPerSecond ?? null) : null;
  return rate === null ? rates : [...rates, rate].slice(-RATES_KEPT);
}
