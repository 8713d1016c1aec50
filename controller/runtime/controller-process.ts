import type { Logger } from 'pino';
import type { NatsSettings } from '../../worker/bus/nats-settings.ts';
import type { Health } from '../../worker/cluster/serve-telemetry.ts';
import { errorText } from '../../worker/errors/facefleet-error.ts';
import { type ConductorEar, conductorEar } from '../bus/hear-conductors.ts';
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
const WATCH_EVERY_MS = 250;
const ALONE: Term = { lost: new AbortController().signal, check() {}, async release() {} };

/** A controller from its start to its end: it stands by, leads, and stops in order. */
export class ControllerProcess implements Health {
  readonly #options: ControllerProcessOptions;
  readonly #caches: Caches;
  readonly #controller: Controller;
  #leads = false;
  /** Whether it has led, and watches the cluster since. */
  #listens = false;
  #unready = 'starting';

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
    return this.#leads ? this.#controller.unwell : '';
  }

  /** One that stands by is ready to. */
  unready(): string {
    return this.#unready;
  }

  /** Until the signal aborts; then what is in hand is done, and the next one may lead. */
  async run(stop: AbortSignal): Promise<void> {
    const { client, nats, log, metrics } = this.#options;
    const ear = conductorEar(nats, log, ({ uid, news }) => {
      if (news) this.#controller.look(uid);
    });
    metrics.watch(this.#controller.view(ear, () => this.#leads));
    const ending = new AbortController();
    const running: Promise<unknown>[] = [];
    const watching = setInterval(() => {
      if (this.#listens) this.#unready = this.#caches.trouble || ear.trouble;
    }, WATCH_EVERY_MS);
    try {
      while (!stop.aborted) {
        const term = await this.#acquire(stop);
        if (term === null) break;
        // one that has never led costs the API server nothing
        if (!this.#listens) running.push(this.#caches.run(ending.signal), ear.run(ending.signal));
        this.#listens = true;
        await this.#lead(term, ear, stop);
      }
    } finally {
      clearInterval(watching);
      ending.abort();
      await Promise.all(running);
      client.close();
    }
  }

  /** @returns null when it is told to stop */
  async #acquire(stop: AbortSignal): Promise<Term | null> {
    const { leadership } = this.#options;
    try {
      return leadership === null ? ALONE : await leadership.acquire(stop, () => this.#standBy());
    } catch (error) {
      if (stop.aborted) return null;
      throw error;
    }
  }

  #standBy(): void {
    if (!this.#listens) this.#unready = '';
  }

  /** Until it is told to stop, or may not any more. */
  async #lead(term: Term, ear: ConductorEar, stop: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const over = AbortSignal.any([stop, term.lost]);
    const ended = aborted(over);
    this.#leads = true;
    await Promise.race([this.#caches.synced(), ended]);
    if (!over.aborted) {
      log.info('everything is listed');
      this.#controller.start(term, ear);
      await ended;
    }
    this.#leads = false;
    log.info(term.lost.aborted ? { reason: errorText(term.lost.reason) } : {}, 'finishing what is in hand');
    await this.#controller.stop();
    await term.release();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
