import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { backoffMs } from '../../k8s/backoff.ts';
import type { KubeClient, KubeSelection } from '../../k8s/kube-client.ts';
import type { KubeObject, KubeResource } from '../../k8s/kube-resource.ts';
import { type WatchEvent, WatchStalled, watchEvents } from '../../k8s/watch-events.ts';

/** The objects of a selection as they are now. */
export interface Followed<T> {
  /** By uid. */
  readonly objects: ReadonlyMap<string, T>;
  /** Why nothing is heard at present; null when it is. */
  readonly lost: string | null;
}

/** The server ends a watch after so long; it is taken up again at once. */
const WATCH_SECONDS = 240;
/** Bookmarks come about every minute. */
const STALL_MS = 150_000;
const AGAIN = { firstMs: 250, longestMs: 5000 };

/**
 * The objects of a selection, again whenever they change, until the signal comes. What the server cannot tell once it has told something (it
 * restarts, the network is away) is waited for.
 * @throws FacefleetError as the first list fails
 */
export async function* followList<T extends KubeObject>(
  client: KubeClient,
  resource: KubeResource<T>,
  selection: KubeSelection,
  signal: AbortSignal,
): AsyncGenerator<Followed<T>> {
  let objects: Map<string, T> | null = null;
  for (let failures = 0; !signal.aborted; ) {
    try {
      const listed = new Map<string, T>();
      let version = '';
      for await (const page of client.pages(resource, selection, signal)) {
        for (const one of page.items) listed.set(uidOf(one), one);
        version = page.resourceVersion;
      }
      objects = listed;
      failures = 0;
      yield { objects: new Map(objects), lost: null };
      for await (const event of watchFrom(client, resource, selection, version, signal)) {
        if (event.type === 'DELETED') objects.delete(uidOf(event.object));
        else objects.set(uidOf(event.object), event.object);
        yield { objects: new Map(objects), lost: null };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof WatchStalled) continue;
      if (objects === null || !(error instanceof FacefleetError)) throw error;
      failures += 1;
      if (error.code === 'FF7012') continue;
      yield { objects: new Map(objects), lost: errorText(error) };
      await sleep(backoffMs(AGAIN, failures, Math.random()), undefined, { signal }).catch(() => {});
    }
  }
}

/** Changes from a version on, over as many watches as it takes. @throws FacefleetError when the list has to be read anew */
async function* watchFrom<T extends KubeObject>(
  client: KubeClient,
  resource: KubeResource<T>,
  { namespace, labelSelector, fieldSelector }: KubeSelection,
  version: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  for (let from = version; !signal.aborted; ) {
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: WATCH_SECONDS,
      resourceVersion: from,
      labelSelector,
      fieldSelector,
    };
    const call = { verb: 'watch', resource, namespace, query } as const;
    const response = await client.stream(call, signal);
    for await (const event of watchEvents<T>(response, call, STALL_MS)) {
      from = event.object.metadata?.resourceVersion ?? from;
      if (event.type !== 'BOOKMARK') yield event;
    }
    await sleep(AGAIN.firstMs, undefined, { signal });
  }
}

function uidOf({ metadata }: KubeObject): string {
  return metadata?.uid ?? metadata?.name ?? '';
}
