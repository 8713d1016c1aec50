import type { ExtractionResource } from '../api/extraction-resource.ts';
import type {
  ConductorReport,
  Observed,
  ObservedNode,
  ObservedPod,
  RequestFault,
  ResolvedRequest,
} from '../reconcile/observed.ts';
import type { StoredJob } from '../reconcile/stored-job.ts';
import type { Caches } from './caches.ts';
import type { ControllerParts } from './controller-parts.ts';
import type { PlanningRounds } from './planning-rounds.ts';
import type { StoredJobs } from './stored-jobs.ts';

/** What conductors said last. */
export interface Reports {
  /** @param job uid of the job, as it is on the bus */
  of(job: string): ConductorReport | null;
}

/** How conductors are heard. */
export interface Ear {
  readonly book: Reports;
  readonly listensSinceMs: number | null;
}

export interface ObserverOptions {
  readonly caches: Caches;
  readonly parts: ControllerParts;
  readonly rounds: PlanningRounds;
  readonly storedJobs: StoredJobs;
  readonly ear: Ear;
}

/** Puts together what is known of an extraction. */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #leave: () => void;
  #nodes: ReadonlyMap<string, ObservedNode> | null = null;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#leave = options.caches.nodes.cache.changes.add(() => {
      this.#nodes = null;
    });
  }

  /** It is not asked any more. */
  close(): void {
    this.#leave();
  }

  observe(
    extraction: ExtractionResource,
    request: ResolvedRequest | RequestFault,
    refusal: string | null,
  ): Observed {
    const { caches, parts, rounds, ear } = this.#options;
    const { uid, namespace } = extraction.metadata;
    const pods = caches.podsOf
      .of(uid)
      .filter(({ metadata }) => metadata?.namespace === namespace)
      .map((pod) => parts.observePod(pod))
      .filter((pod) => pod !== null);
    const jobs = this.#jobsOf(extraction);
    const current = jobs.find(({ name }) => name === extraction.status?.plan?.job) ?? null;
    return {
      extraction,
      request,
      pods,
      job: current,
      otherJobs: jobs.filter((job) => job !== current),
      share: rounds.shareOf(extraction),
      conductor: current && this.#reportOf(current, pods),
      listensSinceMs: ear.listensSinceMs,
      nodes: this.#observedNodes(),
      refusal,
      namespaceEnds: this.#ends(namespace),
    };
  }

  #jobsOf({ metadata }: ExtractionResource): StoredJob[] {
    const { caches, storedJobs } = this.#options;
    return caches.jobsOf
      .of(metadata.uid)
      .filter((configMap) => configMap.metadata?.namespace === metadata.namespace)
      .map((configMap) => storedJobs.read(configMap))
      .filter((job) => job !== null);
  }

  /** What was heard before the conductor's pod was made is of the one before. */
  #reportOf({ job }: StoredJob, pods: readonly ObservedPod[]): ConductorReport | null {
    const report = this.#options.ear.book.of(job.extraction);
    const conductor = pods.find(({ role }) => role.kind === 'conductor');
    if (report === null || (conductor !== undefined && report.heardAtMs < conductor.createdAtMs)) return null;
    return report;
  }

  #observedNodes(): ReadonlyMap<string, ObservedNode> {
    this.#nodes ??= new Map(
      [...this.#options.caches.nodes.cache.objects.values()].map(({ metadata, status }) => {
        const name = metadata?.name ?? '';
        const ready =
          status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false;
        return [name, { name, ready }];
      }),
    );
    return this.#nodes;
  }

  #ends(name: string): boolean {
    const namespace = this.#options.caches.namespaces.cache.get(null, name);
    return namespace?.metadata?.deletionTimestamp !== undefined || namespace?.status?.phase === 'Terminating';
  }
}
