import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { backoffMs } from '../../k8s/backoff.ts';
import type { KubeClient, KubeSelection } from '../../k8s/kube-client.ts';
import type { KubeObject, KubeResource } from '../../k8s/kube-resource.ts';

/** The objects of a selection as they are now. */
export interface Followed<T> {
  /** By uid. */
  readonly objects: ReadonlyMap<string, T>;
  /** Why nothing is heard at present; null when it is. */
  readonly lost: string | null;
}

/** The server ends a watch after so long; it is taken up again at once. */
const WATCH_SECONDS = 240;
const LATE_MS = 15_000;
const AGAIN = { firstMs: 250, longestMs: 5000 };

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

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
      if (objects === null || !(error instanceof FacefleetError)) throw error;
      failures += 1;
      if (error.code === 'FF7012') continue;
      yield { objects: new Map(objects), lost: errorText(error) };
      await sleep(backoffMs(AGAIN, failures, Math.random()), undefined, { signal }).catch(() => {});
    }
  }
}

/** Changes from a version on, over as many watches as it takes. Ends when the list has to be read anew. */
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
    const response = await client.stream({ verb: 'watch', resource, namespace, query }, signal);
    const late = setTimeout(() => response.destroy(), WATCH_SECONDS * 1000 + LATE_MS);
    try {
      for await (const line of createInterface({ input: response })) {
        const event = JSON.parse(line) as WatchEvent<T>;
        if (event.type === 'ERROR') return;
        from = event.object.metadata?.resourceVersion ?? from;
        if (event.type !== 'BOOKMARK') yield event;
      }
    } catch (error) {
      // cut off amid a line: what was missed comes with the next list
      if (signal.aborted || error instanceof FacefleetError) throw error;
      return;
    } finally {
      clearTimeout(late);
      response.destroy();
    }
  }
}

function uidOf({ metadata }: KubeObject): string {
  return metadata?.uid ?? metadata?.name ?? '';
}
