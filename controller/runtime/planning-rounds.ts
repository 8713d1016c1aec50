import { isDeepStrictEqual } from 'node:util';
import type { ExtractionResource } from '../api/extraction-resource.ts';
import type { Share } from '../plan/several/plan-all.ts';
import type { RequestFault, ResolvedRequest } from '../reconcile/observed.ts';
import type { RoundInput } from '../reconcile/round-demands.ts';
import type { ControllerSettings } from '../reconcile/settings.ts';
import type { StoredJob } from '../reconcile/stored-job.ts';
import type { Caches } from './caches.ts';
import type { ControllerParts } from './controller-parts.ts';
import { DebouncedRun } from './debounced-run.ts';
import type { Requests } from './requests.ts';
import type { StoredJobs } from './stored-jobs.ts';

interface Given {
  readonly generation: number;
  readonly share: Share;
}

export interface PlanningRoundsOptions {
  readonly caches: Caches;
  readonly requests: Requests;
  readonly storedJobs: StoredJobs;
  readonly parts: ControllerParts;
  readonly settings: Pick<ControllerSettings, 'conductor'>;
  readonly afterMs: number;
  /** The extraction's share is another one. */
  readonly onShare: (extraction: ExtractionResource) => void;
  readonly onRound: (seconds: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Shares the cluster out anew whenever something asks for it, from `start` to `stop`; rounds never overlap. */
export class PlanningRounds {
  readonly #options: PlanningRoundsOptions;
  readonly #shares = new Map<string, Given>();
  readonly #run: DebouncedRun;

  constructor(options: PlanningRoundsOptions) {
    this.#options = options;
    const { afterMs, onFailure } = options;
    this.#run = new DebouncedRun({ run: (signal) => this.#round(signal), afterMs, onFailure });
  }

  /** What a round looks at may have changed. */
  request(): void {
    this.#run.request();
  }

  /** Of the last round; null when that did not have this extraction, as its spec is now, in it. */
  shareOf({ metadata }: ExtractionResource): Share | null {
    const given = this.#shares.get(metadata.uid);
    return given?.generation === metadata.generation ? given.share : null;
  }

  /** Rounds begin, with one. What was planned before they stopped may be of a cluster long gone: another controller may have led meanwhile. */
  start(): void {
    this.#shares.clear();
    this.#run.request();
    this.#run.start();
  }

  async stop(): Promise<void> {
    await this.#run.stop();
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { parts, onShare, onRound } = this.#options;
    const input = await this.#input();
    const startMs = performance.now();
    const planned = await parts.planAll(parts.roundDemands(input), signal);
    onRound((performance.now() - startMs) / 1000);
    const shares = new Map(planned.map((share) => [share.name, share]));
    const live = new Set<string>();
    for (const extraction of input.extractions) {
      const { uid, generation } = extraction.metadata;
      live.add(uid);
      const share = shares.get(uid);
      const before = this.#shares.get(uid);
      if (share === undefined) {
        this.#shares.delete(uid);
        continue;
      }
      if (before?.generation === generation && isDeepStrictEqual(before.share, share)) continue;
      this.#shares.set(uid, { generation, share });
      onShare(extraction);
    }
    for (const uid of this.#shares.keys()) if (!live.has(uid)) this.#shares.delete(uid);
  }

  async #input(): Promise<RoundInput> {
    const { caches, requests: book, storedJobs, parts, settings } = this.#options;
    const extractions = [...caches.extractions.cache.objects.values()];
    const requests = new Map<string, ResolvedRequest | RequestFault>();
    for (const extraction of extractions) {
      requests.set(extraction.metadata.uid, await book.of(extraction));
    }
    const jobs = new Map<string, StoredJob>();
    for (const { metadata, status } of extractions) {
      const name = status?.plan?.job;
      const configMap = name === undefined ? null : caches.jobs.cache.get(metadata.namespace, name);
      const job = configMap && storedJobs.read(configMap);
      if (job !== null) jobs.set(metadata.uid, job);
    }
    return {
      extractions,
      requests,
      jobs,
      nodes: [...caches.nodes.cache.objects.values()],
      pods: [...caches.pods.cache.objects.values()],
      profiles: parts.profiles,
      conductor: settings.conductor,
    };
  }
}
