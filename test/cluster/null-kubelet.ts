import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
} from '@kubernetes/client-node';
import { answered } from './api-answers.ts';
import { podStatus } from './kubelet/pod-status.ts';
import { type PodWatch, watchPods } from './watch-pods.ts';

const AT_A_TIME = 16;

/** A kubelet of all nodes that runs nothing: pods that are bound are ready at once, and those that are deleted are gone at once. */
export class NullKubelet {
  readonly #core: CoreV1Api;
  readonly #watch: PodWatch;
  readonly #started = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #waiting: (() => Promise<void>)[] = [];
  #busy = 0;

  constructor(config: KubeConfig) {
    this.#core = config.makeApiClient(CoreV1Api);
    this.#watch = watchPods(config, { seen: (pod) => this.#seen(pod), gone: (pod) => this.#gone(pod) });
  }

  /** Pods that were reported as ready, and are still there. */
  get ready(): number {
    return this.#started.size - this.#ended.size;
  }

  async end(): Promise<void> {
    this.#waiting.length = 0;
    await this.#watch.end();
  }

  #gone(pod: V1Pod): void {
    const uid = pod.metadata!.uid!;
    this.#started.delete(uid);
    this.#ended.delete(uid);
  }

  #seen(pod: V1Pod): void {
    const { uid, name, namespace, deletionTimestamp } = pod.metadata!;
    if (!pod.spec?.nodeName) return;
    if (deletionTimestamp !== undefined) {
      if (this.#ended.has(uid!)) return;
      this.#started.add(uid!);
      this.#ended.add(uid!);
      const body = { gracePeriodSeconds: 0, preconditions: { uid: uid! } };
      this.#later(() => this.#core.deleteNamespacedPod({ name: name!, namespace: namespace!, body }));
      return;
    }
    if (this.#started.has(uid!)) return;
    this.#started.add(uid!);
    const body = { status: podStatus(pod, { kind: 'running', startedAt: new Date(), ready: true }) };
    const header = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    this.#later(() =>
      this.#core.patchNamespacedPodStatus({ name: name!, namespace: namespace!, body }, header),
    );
  }

  /** A few at a time: the API server serves others, too. */
  #later(ask: () => Promise<unknown>): void {
    this.#waiting.push(async () => {
      try {
        await ask();
      } catch (error) {
        if (!answered(error, 404, 409)) throw error;
      }
    });
    this.#next();
  }

  #next(): void {
    while (this.#busy < AT_A_TIME && this.#waiting.length > 0) {
      const task = this.#waiting.shift()!;
      this.#busy++;
      task()
        .catch((error: unknown) => console.error('null kubelet:', error))
        .finally(() => {
          this.#busy--;
          this.#next();
        });
    }
  }
}
