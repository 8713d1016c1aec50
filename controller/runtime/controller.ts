import type { Logger } from 'pino';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { ConductorEar } from '../bus/hear-conductors.ts';
import { Actor } from '../k8s/actor.ts';
import { EventRecorder } from '../k8s/event-recorder.ts';
import type { KubeClient } from '../k8s/kube-client.ts';
import type { Term } from '../k8s/leadership.ts';
import { keyOf } from '../k8s/object-cache.ts';
import type { ControllerSettings } from '../reconcile/settings.ts';
import type { ControllerMetrics, ControllerView } from '../telemetry/controller-metrics.ts';
import type { Caches } from './caches.ts';
import type { ControllerParts } from './controller-parts.ts';
import { Observer } from './observer.ts';
import { PlanningRounds } from './planning-rounds.ts';
import { Reconciler } from './reconciler.ts';
import { Requests } from './requests.ts';
import { StoredJobs } from './stored-jobs.ts';
import { connectTriggers } from './triggers.ts';
import { WorkLoop } from './work-loop.ts';

export interface ControllerOptions {
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly parts: ControllerParts;
  readonly settings: ControllerSettings;
  readonly metrics: ControllerMetrics;
  readonly log: Logger;
  /** Of this process, in Events. */
  readonly identity: string;
  /** Extractions that are looked at at a time. */
  readonly parallel: number;
  /** From a change of the cluster to the next planning round. */
  readonly planAfterMs: number;
}

const BACKOFF = { firstMs: 100, longestMs: 120_000 };
/** A look that takes longer has got stuck. */
const STUCK_MS = 300_000;

/** Looks after the extractions of a cluster, from `start` to `stop`, and again from there. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #loop: WorkLoop;
  readonly #storedJobs: StoredJobs;
  readonly #requests: Requests;
  readonly #rounds: PlanningRounds;
  #recorder: EventRecorder | null = null;
  #observer: Observer | null = null;
  #reconcile: (key: string) => Promise<number | null> = async () => null;

  constructor(options: ControllerOptions) {
    this.#options = options;
    const { caches, parts, settings, metrics, log, parallel, planAfterMs } = options;
    this.#loop = new WorkLoop({
      work: (key) => this.#reconcile(key),
      parallel,
      backoff: BACKOFF,
      onFailure: (key, error, failures) => this.#failed(key, error, failures),
    });
    this.#storedJobs = new StoredJobs(caches.jobs.cache, parts.readStoredJob, log);
    this.#requests = new Requests(parts, () => [...caches.nodes.cache.objects.values()]);
    this.#rounds = new PlanningRounds({
      caches,
      parts,
      settings,
      requests: this.#requests,
      storedJobs: this.#storedJobs,
      afterMs: planAfterMs,
      onShare: (extraction) => this.#loop.add(keyOf(extraction)),
      onRound: metrics.onRound,
      onFailure: (error) => log.error({ err: error }, 'a planning round failed'),
    });
    connectTriggers(caches, {
      look: (key) => this.#loop.add(key),
      plan: () => this.#rounds.request(),
      nodesChanged: () => this.#requests.nodesChanged(),
      gone: (uid) => this.#requests.forget(uid),
    });
  }

  /** Starts to act; everything that the caches have is looked at. */
  start(term: Term, ear: ConductorEar): void {
    const { client, caches, parts, settings, metrics, log, identity } = this.#options;
    const check = (): void => term.check();
    const { extractions, pods, jobs } = caches;
    const recorder = new EventRecorder({ client, instance: identity, log, check, signal: term.lost });
    const observer = new Observer({
      caches,
      parts,
      rounds: this.#rounds,
      storedJobs: this.#storedJobs,
      ear,
    });
    const reconciler = new Reconciler({
      caches,
      parts,
      settings,
      log,
      recorder,
      requests: this.#requests,
      observer,
      actor: new Actor({ client, extractions, pods, jobs, check, signal: term.lost }),
      onResult: metrics.onResult,
      onAction: metrics.onAction,
    });
    this.#recorder = recorder;
    this.#observer = observer;
    this.#reconcile = (key) => reconciler.reconcile(key);
    for (const key of caches.extractions.cache.objects.keys()) this.#loop.add(key);
    for (const key of caches.unread.keys) this.#loop.add(key);
    this.#rounds.start();
    this.#loop.start();
  }

  /** A conductor said something new. */
  look(uid: string): void {
    for (const pod of this.#options.caches.podsOf.of(uid)) {
      const owner = pod.metadata?.ownerReferences?.find((each) => each.uid === uid)?.name;
      if (owner === undefined) continue;
      this.#loop.add(`${pod.metadata?.namespace}/${owner}`);
      return;
    }
  }

  /** Takes up nothing new, and settles when what is in hand is done. */
  async stop(): Promise<void> {
    await Promise.all([this.#loop.stop(), this.#rounds.stop()]);
    this.#observer?.close();
    await this.#recorder?.flush();
  }

  /** Why the process should be started again, or ''. */
  get unwell(): string {
    const stuck = this.#options.caches.informers.find(({ isStuck }) => isStuck);
    if (stuck !== undefined) return `the watch of ${stuck.resource.plural} has got stuck`;
    const { longestMs } = this.#loop;
    return longestMs > STUCK_MS
      ? `an extraction has been looked at for ${Math.round(longestMs / 1000)} s`
      : '';
  }

  /** For metrics. */
  view(ear: ConductorEar, leads: () => boolean): ControllerView {
    const { caches } = this.#options;
    return {
      extractions() {
        const counts = new Map<string, number>();
        for (const { status } of caches.extractions.cache.objects.values()) {
          const phase = status?.phase ?? 'Pending';
          counts.set(phase, (counts.get(phase) ?? 0) + 1);
        }
        return counts;
      },
      caches: () =>
        caches.informers.map(({ resource, cache, isSynced, trouble }) => ({
          resource: resource.plural,
          objects: cache.objects.size,
          upToDate: isSynced && trouble === null,
        })),
      queue: () => this.#loop,
      conductors: () => ear.book.alive(Date.now()),
      busConnected: () => ear.connected,
      leads,
    };
  }

  #failed(key: string, error: unknown, failures: number): void {
    const { log } = this.#options;
    const fields = { extraction: key, failures };
    if (!(error instanceof FacefleetError))
      log.error({ ...fields, err: error }, 'an unexpected failure; trying again');
    // others write Extractions, too: the next look has the newest one
    else if (error.retry === 'now' && failures < 3) log.debug(fields, error.message);
    else log.warn(fields, `${errorText(error)}; trying again`);
  }
}
