import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { errorText, type FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { backoffMs } from './backoff.ts';
import type { KubeCall } from './kube-call.ts';
import type { KubeClient, KubeSelection } from './kube-client.ts';
import { hasCode } from './kube-failure.ts';
import type { KubeObject, KubeResource } from './kube-resource.ts';
import { ObjectCache } from './object-cache.ts';
import { WatchStalled, watchEvents } from './watch-events.ts';

/** Why everything is listed anew. */
export type RelistReason = 'first' | 'expired' | 'stalled' | 'periodic';

export interface InformerTiming {
  /** Without an event or a bookmark (servers send one each minute) for so long, the watch is opened anew and everything listed. */
  readonly stallMs: number;
  /** Everything is listed so often even when all seems well. */
  readonly relistMs: number;
  /** The server ends a watch after about so long. */
  readonly watchMs: number;
  readonly backoff: { readonly firstMs: number; readonly longestMs: number };
}

export const INFORMER_TIMING: InformerTiming = {
  stallMs: 150_000,
  relistMs: 1_800_000,
  watchMs: 480_000,
  backoff: { firstMs: 500, longestMs: 30_000 },
};

export interface InformerOptions<T> {
  readonly client: KubeClient;
  readonly selection: KubeSelection;
  /** What is kept of an object, so that memory is not spent on what nobody needs; null: nothing. */
  readonly keep: (object: T) => T | null;
  /** Whether a change matters to nobody. */
  readonly same?: (a: T, b: T) => boolean;
  readonly log: Logger;
  readonly timing?: InformerTiming;
  readonly onRelist?: (reason: RelistReason) => void;
}

/** A watch that lasted for so long was a good one. */
const GOOD_WATCH_MS = 5000;

/**
 * Keeps a cache of a resource up to date for as long as it runs, whatever happens to the server: a list, then a watch from there. What happened while there was no
 * watch is told by the changes of the next list.
 */
export class Informer<T extends KubeObject> {
  readonly resource: KubeResource<T>;
  readonly cache: ObjectCache<T>;
  readonly #options: InformerOptions<T>;
  readonly #timing: InformerTiming;
  readonly #synced = Promise.withResolvers<void>();
  #isSynced = false;
  #trouble: FacefleetError | WatchStalled | null = null;
  #stepAtMs = performance.now();

  constructor(resource: KubeResource<T>, options: InformerOptions<T>) {
    this.resource = resource;
    this.cache = new ObjectCache(options.same);
    this.#options = options;
    this.#timing = options.timing ?? INFORMER_TIMING;
  }

  /** Settles when the first list is in the cache. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** What keeps it from being up to date now; null when nothing does. */
  get trouble(): Error | null {
    return this.#trouble;
  }

  /** Whether it does nothing any more, which only a defect can bring about. */
  get isStuck(): boolean {
    const { stallMs, backoff } = this.#timing;
    return performance.now() - this.#stepAtMs > 2 * stallMs + 4 * backoff.longestMs + 120_000;
  }

  /** Takes in what the server answered to another request. */
  take(object: T): void {
    const kept = this.#options.keep(object);
    if (kept !== null) this.cache.accept(kept);
    // what it was before holds no longer
    else this.cache.remove(object);
  }

  /** Until the signal aborts; does not throw. */
  async run(signal: AbortSignal): Promise<void> {
    let version: string | null = null;
    let reason: RelistReason = 'first';
    let failures = 0;
    let relistAtMs = 0;
    while (!signal.aborted) {
      const startMs = performance.now();
      this.#stepAtMs = startMs;
      try {
        if (version !== null && startMs >= relistAtMs) {
          version = null;
          reason = 'periodic';
        }
        if (version === null) {
          version = await this.#list(reason, signal);
          relistAtMs = performance.now() + this.#timing.relistMs * (0.9 + 0.2 * Math.random());
        }
        for await (const at of this.#watch(version, signal)) {
          version = at;
          if (performance.now() >= relistAtMs) break;
        }
        failures = performance.now() - startMs > GOOD_WATCH_MS ? 0 : failures + 1;
      } catch (error) {
        if (signal.aborted) return;
        failures = performance.now() - startMs > GOOD_WATCH_MS ? 1 : failures + 1;
        if (error instanceof WatchStalled || hasCode(error, 'FF7012')) {
          version = null;
          reason = error instanceof WatchStalled ? 'stalled' : 'expired';
        }
        this.#note(error as FacefleetError | WatchStalled);
        // the first of these is an answer rather than a failure
        if (version === null && failures === 1) continue;
      }
      if (failures > 0) await this.#pause(failures, signal);
    }
  }

  async #list(reason: RelistReason, signal: AbortSignal): Promise<string> {
    const { client, selection, keep, onRelist } = this.#options;
    const kept: T[] = [];
    let version = '';
    for await (const page of client.pages(this.resource, selection, signal)) {
      this.#stepAtMs = performance.now();
      for (const item of page.items) {
        const object = keep(item);
        if (object !== null) kept.push(object);
      }
      version = page.resourceVersion;
    }
    onRelist?.(reason);
    this.#well();
    this.cache.replace(kept, version);
    this.#isSynced = true;
    this.#synced.resolve();
    return version;
  }

  /** Takes in what the watch says; yields the version that it has come to. */
  async *#watch(version: string, signal: AbortSignal): AsyncGenerator<string> {
    const { client, selection } = this.#options;
    const { watchMs, stallMs } = this.#timing;
    const { namespace, labelSelector, fieldSelector } = selection;
    const call: KubeCall = {
      verb: 'watch',
      resource: this.resource,
      namespace,
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: version,
        timeoutSeconds: Math.ceil((watchMs / 1000) * (0.75 + 0.5 * Math.random())),
        labelSelector,
        fieldSelector,
      },
    };
    const response = await client.stream(call, signal);
    this.#well();
    for await (const { type, object } of watchEvents<T>(response, call, stallMs)) {
      this.#stepAtMs = performance.now();
      if (type === 'ADDED' || type === 'MODIFIED') this.take(object);
      else if (type === 'DELETED') this.cache.remove(object);
      yield object.metadata?.resourceVersion ?? version;
    }
  }

  #well(): void {
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#options.log.info({ resource: this.resource.plural }, 'the watch goes on');
  }

  #note(error: FacefleetError | WatchStalled): void {
    const { log } = this.#options;
    const fields = { resource: this.resource.plural };
    if (hasCode(error, 'FF7012')) log.info(fields, 'the version to watch from is too old: listing anew');
    else if (error instanceof WatchStalled) log.warn(fields, 'the watch is silent: listing anew');
    // one line for each trouble, not for each try
    else if (this.#trouble?.message !== error.message)
      log.warn(fields, `the watch fails: ${errorText(error)}`);
    this.#trouble = hasCode(error, 'FF7012') ? this.#trouble : error;
  }

  async #pause(failures: number, signal: AbortSignal): Promise<void> {
    const ms = backoffMs(this.#timing.backoff, failures, Math.random());
    await sleep(ms, undefined, { signal }).catch(() => {});
  }
}
