import type { Logger } from 'pino';
import type { NatsSettings } from '../../worker/bus/nats-settings.ts';
import type { Health } from '../../worker/cluster/serve-telemetry.ts';
import { conductorEar } from '../bus/hear-conductors.ts';
import type { InformerTiming } from '../k8s/informer.ts';
import type { KubeClient } from '../k8s/kube-client.ts';
import type { Leadership, Term } from '../k8s/leadership.ts';
import type { ControllerSettings } from '../reconcile/settings.ts';
import type { ControllerMetrics } from '../telemetry/controller-metrics.ts';
import { Caches } from './caches.ts';
import { Controller } from './controller.ts';
import type { ControllerParts } from './controller-parts.ts';

export interface ControllerProcessOptions {
  readonly client: KubeClient;
  /** Whose extractions are looked after; null: all namespaces'. */
  readonly namespace: string | null;
  readonly parts: ControllerParts;
  readonly settings: ControllerSettings;
  readonly metrics: ControllerMetrics;
  readonly log: Logger;
  readonly identity: string;
  readonly nats: NatsSettings;
  readonly parallel: number;
  /** Null: there is no other controller. */
  readonly leadership: Leadership | null;
  readonly timing?: InformerTiming;
  readonly planAfterMs?: number;
}

const PLAN_AFTER_MS = 300;
const ALONE: Term = { lost: new AbortController().signal, check() {}, async release() {} };

/** A controller from its start to its end: it stands by, leads, and stops in order. */
export class ControllerProcess implements Health {
  readonly #options: ControllerProcessOptions;
  readonly #caches: Caches;
  readonly #controller: Controller;
  #term: Term | null = null;
  #unready = '';

  constructor(options: ControllerProcessOptions) {
    const { client, namespace, log, metrics, timing, planAfterMs = PLAN_AFTER_MS } = options;
    this.#options = options;
    this.#caches = new Caches({
      client,
      namespace,
      log,
      onRelist: metrics.onRelist,
      ...(timing && { timing }),
    });
    this.#controller = new Controller({ ...options, caches: this.#caches, planAfterMs });
  }

  unwell(): string {
    return this.#term === null ? '' : this.#controller.unwell;
  }

  /** One that stands by is ready to. */
  unready(): string {
    return this.#unready;
  }

  /** @throws FacefleetError FF7013 when another one took over */
  async run(stop: AbortSignal): Promise<void> {
    const { leadership, client, nats, log, metrics } = this.#options;
    const ending = new AbortController();
    try {
      const term = leadership === null ? ALONE : await leadership.acquire(stop);
      this.#term = term;
      const ear = conductorEar(nats, log, ({ uid, news }) => {
        if (news) this.#controller.look(uid);
      });
      metrics.watch(this.#controller.view(ear, () => !term.lost.aborted));
      const over = AbortSignal.any([stop, term.lost]);
      const running = Promise.all([this.#caches.run(ending.signal), ear.run(ending.signal)]);
      const watching = setInterval(() => {
        this.#unready = this.#caches.trouble || (ear.connected ? '' : 'the bus is not connected');
      }, 250);
      this.#unready = 'starting';
      try {
        const stopped = aborted(over);
        await Promise.race([this.#caches.synced(), stopped]);
        if (!over.aborted) {
          log.info('everything is listed');
          this.#controller.start(term, ear);
          await stopped;
        }
        if (term.lost.aborted) throw term.lost.reason;
        log.info('stopping');
        await this.#controller.stop();
        await term.release();
      } finally {
        clearInterval(watching);
        ending.abort();
        await running;
      }
    } catch (error) {
      // it stood by
      if (stop.aborted && error === stop.reason) return;
      throw error;
    } finally {
      client.close();
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
