import type { V1ConfigMap, V1Pod } from '@kubernetes/client-node';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { ExtractionResource, ExtractionStatus } from '../api/extraction-resource.ts';
import type { Action } from '../reconcile/decision.ts';
import { FINALIZER } from '../reconcile/delete.ts';
import { KUEUE } from '../reconcile/labels.ts';
import type { Informer } from './informer.ts';
import { extractionUidOf } from './keep/keep-pod.ts';
import type { KubeClient } from './kube-client.ts';
import { hasCode } from './kube-failure.ts';
import { CONFIG_MAPS, EXTRACTIONS, type KubeObject, type KubeResource, PODS } from './kube-resource.ts';
import { keyOf } from './object-cache.ts';

/** What an `Actor` needs: the caches get what it wrote. */
export interface ActorOptions {
  readonly client: KubeClient;
  readonly extractions: Informer<ExtractionResource>;
  readonly pods: Informer<V1Pod>;
  readonly jobs: Informer<V1ConfigMap>;
  /** @throws when this process may not write (any more) */
  readonly check: () => void;
  /** Aborts when it may not any more: requests that are under way are broken off. */
  readonly signal: AbortSignal;
}

/** Requests of one extraction at a time. */
const PARALLEL = 8;
/** What can be done though pods could not be made. */
const FREES_ROOM: ReadonlySet<Action['do']> = new Set(['deletePod', 'deleteJob', 'releasePod']);

/** Carries decisions out. Everything can be done again without harm, and what is done is in the caches before the call returns. */
export class Actor {
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  /** @returns the extraction as it is now @throws FacefleetError FF7004 when somebody else wrote it meanwhile */
  async writeStatus(extraction: ExtractionResource, status: ExtractionStatus): Promise<ExtractionResource> {
    const { client, check, signal } = this.#options;
    check();
    const options = { subresource: 'status', signal };
    const written = await client.update(EXTRACTIONS, { ...extraction, status }, options);
    return this.#seen(written) ?? { ...extraction, status };
  }

  /**
   * In the order given; those of one kind that follow each other go out together.
   * @param onDone told of every one that is done
   * @throws the first failure. After it nothing more is done, with two exceptions: a name that is taken (FF7011) holds up no other of its kind; and
   * where pods cannot be made, those that are to go still do, for others wait for their room
   */
  async carryOut(
    extraction: ExtractionResource,
    actions: readonly Action[],
    onDone: (action: Action) => void = () => {},
  ): Promise<void> {
    let current = extraction;
    const failures: unknown[] = [];
    for (const group of alike(actions)) {
      if (failures.length > 0 && !FREES_ROOM.has(group[0]!.do)) continue;
      const { failed, extraction: seen } = await this.#carryOutAlike(current, group, onDone);
      current = seen;
      failures.push(...failed);
      if (failed.length > 0 && group[0]!.do !== 'createPod') break;
    }
    if (failures.length > 0) throw failures[0];
  }

  /** @returns what failed, and the extraction as it is now */
  async #carryOutAlike(
    extraction: ExtractionResource,
    group: readonly Action[],
    onDone: (action: Action) => void,
  ): Promise<{ readonly failed: readonly unknown[]; readonly extraction: ExtractionResource }> {
    let current = extraction;
    const failed: unknown[] = [];
    for (let from = 0; from < group.length; from += PARALLEL) {
      const together = group.slice(from, from + PARALLEL);
      const results = await Promise.allSettled(together.map((action) => this.#do(current, action)));
      for (const [i, result] of results.entries()) {
        if (result.status === 'rejected') failed.push(result.reason);
        else {
          current = result.value ?? current;
          onDone(together[i]!);
        }
      }
      // what any other failure is of, the rest would meet, too
      const other = failed.find((failure) => !hasCode(failure, 'FF7011'));
      if (other !== undefined) return { failed: [other], extraction: current };
    }
    return { failed, extraction: current };
  }

  /** @returns the extraction where it was changed */
  async #do(extraction: ExtractionResource, action: Action): Promise<ExtractionResource | null> {
    const { client, check, signal, pods, jobs } = this.#options;
    const { namespace, name, uid } = extraction.metadata;
    check();
    switch (action.do) {
      case 'addFinalizer':
        return await this.#setFinalizer(extraction, true);
      case 'removeFinalizer':
        return await this.#setFinalizer(extraction, false);
      case 'deleteExtraction':
        await client.delete(EXTRACTIONS, { namespace, name }, { uid, signal });
        return null;
      case 'createJob':
        await this.#create(CONFIG_MAPS, jobs, extraction, action.configMap);
        return null;
      case 'createPod':
        await this.#create(PODS, pods, extraction, action.pod);
        return null;
      case 'deleteJob': {
        const job = jobs.cache.get(namespace, action.name);
        const of = job?.metadata?.uid;
        await client.delete(
          CONFIG_MAPS,
          { namespace, name: action.name },
          { signal, ...(of !== undefined && { uid: of }) },
        );
        if (job !== null) jobs.cache.forget(job);
        return null;
      }
      case 'deletePod': {
        const at = { namespace, name: action.name };
        const left = await client.delete(PODS, at, {
          uid: action.uid,
          signal,
          ...(action.now && { graceSeconds: 0 }),
        });
        if (left === null) pods.cache.forget({ metadata: { ...at, uid: action.uid } });
        else pods.take(left);
        return null;
      }
      case 'releasePod':
        await this.#release(namespace, action.name, action.uid);
        return null;
    }
  }

  /** One that is there already is as good, when it is of this very extraction. */
  async #create<T extends KubeObject>(
    resource: KubeResource<T>,
    informer: Informer<T>,
    { metadata }: ExtractionResource,
    object: T,
  ): Promise<void> {
    const { client, signal } = this.#options;
    try {
      informer.take(await client.create(resource, metadata.namespace, object, signal));
    } catch (error) {
      if (!hasCode(error, 'FF7011')) throw error;
      const name = object.metadata?.name ?? '';
      const there = informer.cache.get(metadata.namespace, name);
      if (there !== null && extractionUidOf(there) === metadata.uid) return;
      const what = `${resource.plural} ${metadata.namespace}/${name}`;
      const why =
        there === null
          ? 'it has not been seen yet, or belongs to somebody else'
          : 'it belongs to somebody else';
      throw new FacefleetError('FF7011', `${what}: ${why}`, { cause: error });
    }
  }

  /** Other finalisers stay. */
  async #release(namespace: string, name: string, uid: string): Promise<void> {
    const { client, signal, pods } = this.#options;
    const { metadata } = pods.cache.get(namespace, name) ?? {};
    const others = metadata?.finalizers?.filter((each) => each !== KUEUE.finalizer) ?? [];
    if (metadata?.uid !== uid || others.length === metadata.finalizers?.length) return;
    const { resourceVersion } = metadata;
    const body = { metadata: { uid, resourceVersion, finalizers: others } };
    try {
      pods.take(await client.patch(PODS, { namespace, name }, body, { signal }));
    } catch (error) {
      if (!hasCode(error, 'FF7005')) throw error;
      pods.cache.forget({ metadata: { namespace, name, uid } });
    }
  }

  async #setFinalizer(extraction: ExtractionResource, present: boolean): Promise<ExtractionResource | null> {
    const { client, signal } = this.#options;
    const { namespace, name, resourceVersion, finalizers = [] } = extraction.metadata;
    if (finalizers.includes(FINALIZER) === present) return null;
    const others = finalizers.filter((each) => each !== FINALIZER);
    const body = { metadata: { resourceVersion, finalizers: present ? [...others, FINALIZER] : others } };
    try {
      const written = await client.patch(EXTRACTIONS, { namespace, name }, body, { signal });
      return this.#seen(written);
    } catch (error) {
      if (!present && hasCode(error, 'FF7005')) return null;
      throw error;
    }
  }

  /** @returns as it is kept; null when it is gone */
  #seen(written: ExtractionResource): ExtractionResource | null {
    const { extractions } = this.#options;
    extractions.take(written);
    return extractions.cache.objects.get(keyOf(written)) ?? null;
  }
}

/** Runs of actions of one kind. */
function alike(actions: readonly Action[]): Action[][] {
  const groups: Action[][] = [];
  for (const action of actions) {
    const last = groups.at(-1);
    if (last?.[0]?.do === action.do) last.push(action);
    else groups.push([action]);
  }
  return groups;
}
