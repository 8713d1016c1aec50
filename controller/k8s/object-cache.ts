import { ChangeListeners } from './change-listeners.ts';
import type { KubeObject } from './kube-resource.ts';

/** An object that came (`before` null), changed, or went (`now` null). */
export interface Change<T> {
  readonly before: T | null;
  readonly now: T | null;
}

/** Objects that are gone that are remembered: answers to requests are not later than that many other deletions. */
const REMEMBERED = 10_000;

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
  /**
   * Objects that are known to be gone, by uid, the latest at the end; with the version as of which they are. The watch may not have said so yet; or
   * it has, and the answer to a request of this process that still has the object comes after it.
   */
  readonly #gone = new Map<string, number>();
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
    const goneAt = this.#gone.get(uid ?? '');
    if (goneAt !== undefined && !(numberOf(object.metadata?.resourceVersion) > goneAt)) return;
    const key = keyOf(object);
    const before = this.#objects.get(key) ?? null;
    if (before !== null && !isNewer(object, before)) return;
    this.#objects.set(key, object);
    if (before !== null && before.metadata?.uid === uid && this.#same(before, object)) return;
    this.changes.tell({ before, now: object });
  }

  /** A watch says that it is gone. */
  remove(object: T): void {
    this.#drop(object, numberOf(object.metadata?.resourceVersion));
  }

  /** This process knows that it is gone, before the watch says so. */
  forget(object: KubeObject): void {
    this.#drop(object, Number.POSITIVE_INFINITY);
  }

  /**
   * All that is there, as of a moment.
   * @param version of the list: what is newer here came after it
   */
  replace(objects: readonly T[], version: string): void {
    const listed = new Map(objects.map((object) => [keyOf(object), object]));
    for (const [key, object] of this.#objects) {
      if (!listed.has(key) && !(numberOf(object.metadata?.resourceVersion) > numberOf(version)))
        this.#drop(object, numberOf(version));
    }
    for (const object of objects) this.accept(object);
  }

  #drop(object: KubeObject, asOf: number): void {
    const { uid } = object.metadata ?? {};
    if (uid !== undefined) this.#markGone(uid, asOf);
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before === undefined || before.metadata?.uid !== object.metadata?.uid) return;
    this.#objects.delete(key);
    this.changes.tell({ before, now: null });
  }

  #markGone(uid: string, asOf: number): void {
    this.#gone.delete(uid);
    this.#gone.set(uid, asOf);
    if (this.#gone.size <= REMEMBERED) return;
    const [oldest] = this.#gone.keys();
    this.#gone.delete(oldest!);
  }
}

/** Versions are numbers that grow (so the API promises since 1.35, and every server did before); where they are none, what comes later counts. */
function isNewer(object: KubeObject, before: KubeObject): boolean {
  return !(numberOf(object.metadata?.resourceVersion) <= numberOf(before.metadata?.resourceVersion));
}

function numberOf(version: string | undefined): number {
  return version === undefined || version === '' ? Number.NaN : Number(version);
}
