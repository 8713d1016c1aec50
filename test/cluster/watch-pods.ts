import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig, makeInformer, type V1Pod } from '@kubernetes/client-node';

export interface PodEvents {
  /** There is a pod, or it has changed. */
  seen(pod: V1Pod): void;
  gone(pod: V1Pod): void;
}

const AGAIN_AFTER_MS = 300;

/** All pods as they were seen last. */
export interface PodWatch {
  list(): V1Pod[];
  end(): Promise<void>;
}

/** Watches all pods, also after times in which the API server was away. */
export function watchPods(config: KubeConfig, events: PodEvents): PodWatch {
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(config, '/api/v1/pods', () => core.listPodForAllNamespaces());
  let ended = false;
  const start = async (): Promise<void> => {
    if (!ended) await informer.start();
  };
  informer.on('add', events.seen);
  informer.on('update', events.seen);
  informer.on('delete', events.gone);
  informer.on('error', () => {
    sleep(AGAIN_AFTER_MS)
      .then(start)
      .catch((error: unknown) => console.error('watching pods:', error));
  });
  start().catch((error: unknown) => console.error('watching pods:', error));
  return {
    list: () => [...informer.list()],
    end: async () => {
      ended = true;
      await informer.stop();
    },
  };
}
