import type { KubeObject } from './kube-resource.ts';
import { keyOf, type ObjectCache } from './object-cache.ts';

/** The objects of a cache by something that they belong to. */
export class ObjectIndex<T extends KubeObject> {
  readonly #groups = new Map<string, Map<string, T>>();

  /** @param groupOf what an object belongs to; null: nothing */
  constructor(cache: ObjectCache<T>, groupOf: (object: T) => string | null) {
    for (const object of cache.objects.values()) this.#put(groupOf(object), object);
    cache.changes.add(({ before, now }) => {
      const group = before && groupOf(before);
      if (before !== null && group !== null) this.#take(group, keyOf(before));
      if (now !== null) this.#put(groupOf(now), now);
    });
  }

  of(group: string): readonly T[] {
    return [...(this.#groups.get(group)?.values() ?? [])];
  }

  #put(group: string | null, object: T): void {
    if (group === null) return;
    const objects = this.#groups.get(group) ?? new Map<string, T>();
    this.#groups.set(group, objects.set(keyOf(object), object));
  }

  #take(group: string, key: string): void {
    const objects = this.#groups.get(group);
    objects?.delete(key);
    if (objects?.size === 0) this.#groups.delete(group);
  }
}
