import type { KubeObject } from '../../k8s/kube-resource.ts';
import type { LiveEvent } from './live-state.ts';

interface StoredEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly eventTime?: string | null;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
}

/** Events in the order of their last time. */
export function liveEvents(events: Iterable<KubeObject>): LiveEvent[] {
  return [...events].map(liveEvent).sort((a, b) => a.atMs - b.atMs || (a.uid < b.uid ? -1 : 1));
}

function liveEvent(event: StoredEvent): LiveEvent {
  const { metadata, type, reason, message, count, eventTime, firstTimestamp, lastTimestamp, series } = event;
  const at = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp;
  return {
    uid: metadata?.uid ?? metadata?.name ?? '',
    atMs: at ? Date.parse(at) : 0,
    type: type ?? 'Normal',
    reason: reason ?? '',
    message: message ?? '',
    count: series?.count ?? count ?? 1,
  };
}
