import { ChangeListeners } from './change-listeners.ts';
import type { KubeObject } from './kube-resource.ts';

/** An object that came (`before` null), changed, or went (`now` null). */
export interface Change<T> {
  readonly before: T | null;
  readonly now: T | null;
}

/** `namespace/name`; the name alone where there are no namespaces. */
export function keyOf({ metadata }: KubeObject): string {
  const { namespace, name = '' } = metadata ?? {};
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * The objects of a resource as they were last seen, by key. What this process wrote itself is put in at once (`accept`, `forget`), and what a watch
 * or a list says later of the time before is passed over: nobody who reads here decides twice on what is long done.
 */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  /** uids of objects that are known to be gone, of which the watch has not said so yet. */
  readonly #gone = new Set<string>();
  readonly #same: (a: T, b: T) => boolean;
  readonly changes = new ChangeListeners<Change<T>>();

  /** @param same whether a change from one to the other matters to nobody; then it is not told */
  constructor(same: (a: T, b: T) => boolean = () => false) {
    this.#same = same;
  }

  get objects(): ReadonlyMap<string, T> {
    return this.#objects;
  }

  get(namespace: string | null, name: string): T | null {
    return this.#objects.get(namespace === null ? name : `${namespace}/${name}`) ?? null;
  }

  /** It is there, as a watch says, or as the answer to a write of this process. */
  accept(object: T): void {
    const { uid } = object.metadata ?? {};
    if (uid !== undefined && this.#gone.has(uid)) return;
    const key = keyOf(object);
    const before = this.#objects.get(key) ?? null;
    if (before !== null && !isNewer(object, before)) return;
    this.#objects.set(key, object);
    if (before !== null && before.metadata?.uid === uid && this.#same(before, object)) return;
    this.changes.tell({ before, now: object });
  }

  /** A watch says that it is gone. */
  remove(object: T): void {
    const { uid } = object.metadata ?? {};
    if (uid !== undefined) this.#gone.delete(uid);
    this.#drop(object);
  }

  /** This process knows that it is gone, before the watch says so. */
  forget(object: KubeObject): void {
    const { uid } = object.metadata ?? {};
    if (uid !== undefined && this.#objects.get(keyOf(object))?.metadata?.uid === uid) this.#gone.add(uid);
    this.#drop(object);
  }

  /**
   * All that is there, as of a moment.
   * @param version of the list: what is newer here came after it
   */
  replace(objects: readonly T[], version: string): void {
    const listed = new Map(objects.map((object) => [keyOf(object), object]));
    const uids = new Set(objects.map(({ metadata }) => metadata?.uid));
    for (const uid of this.#gone) if (!uids.has(uid)) this.#gone.delete(uid);
    for (const [key, object] of this.#objects) {
      if (!listed.has(key) && !(numberOf(object.metadata?.resourceVersion) > numberOf(version)))
        this.#drop(object);
    }
    for (const object of objects) this.accept(object);
  }

  #drop(object: KubeObject): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before === undefined || before.metadata?.uid !== object.metadata?.uid) return;
    this.#objects.delete(key);
    this.changes.tell({ before, now: null });
  }
}

/** Versions are numbers that grow (so the API promises since 1.35, and every server did before); where they are none, what comes later counts. */
function isNewer(object: KubeObject, before: KubeObject): boolean {
  return !(numberOf(object.metadata?.resourceVersion) <= numberOf(before.metadata?.resourceVersion));
}

function numberOf(version: string | undefined): number {
  return version === undefined || version === '' ? Number.NaN : Number(version);
}
