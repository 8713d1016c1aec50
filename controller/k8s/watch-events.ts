import type { IncomingMessage } from 'node:http';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { KubeCall } from './kube-call.ts';
import { kubeFailure, parseStatus } from './kube-failure.ts';
import type { KubeObject } from './kube-resource.ts';
import { responseLines } from './response-lines.ts';

/** What a watch says. A bookmark's object has only a version. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** Nothing came for too long: what is in between may have lost the connection without a word. */
export class WatchStalled extends Error {
  override readonly name = 'WatchStalled';
}

/**
 * The events of a watch until the server ends it.
 * @param stallMs without any event for so long it counts as stalled
 * @throws WatchStalled; FacefleetError FF7012 when the version is too old, others that the server says or that the connection ended with
 */
export async function* watchEvents<T extends KubeObject>(
  response: IncomingMessage,
  call: KubeCall,
  stallMs: number,
): AsyncGenerator<WatchEvent<T>> {
  const watchdog = setTimeout(() => response.destroy(new WatchStalled()), stallMs);
  try {
    for await (const line of responseLines(response)) {
      if (line === '') continue;
      watchdog.refresh();
      const event = parseEvent(line, call);
      if (event.type === 'ERROR') {
        const status = parseStatus(event.object);
        throw kubeFailure(call, status?.code || 500, status);
      }
      yield event as WatchEvent<T>;
    }
  } catch (error) {
    if (error instanceof WatchStalled || error instanceof FacefleetError) throw error;
    throw new FacefleetError('FF7001', `${call.resource.plural}: the watch broke off: ${String(error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(watchdog);
    response.destroy();
  }
}

function parseEvent(
  line: string,
  { resource }: KubeCall,
): { readonly type: string; readonly object: unknown } {
  try {
    return JSON.parse(line) as { type: string; object: unknown };
  } catch (error) {
    throw new FacefleetError('FF7001', `${resource.plural}: the watch says no JSON`, { cause: error });
  }
}
