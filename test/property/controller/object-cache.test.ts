import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../../../controller/k8s/kube-resource.ts';
import { ObjectCache } from '../../../controller/k8s/object-cache.ts';

interface Thing extends KubeObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
}

type Event = { readonly type: 'SET' | 'DELETED'; readonly object: Thing };

/** What a server does: each write has a higher version; a name that is made again has another uid. */
class Server {
  readonly objects = new Map<string, Thing>();
  readonly history: Event[] = [];
  #version = 10;

  write(name: string): Thing {
    this.#version += 1;
    const uid = this.objects.get(name)?.metadata.uid ?? `uid-${this.#version}`;
    const object = { metadata: { name, uid, resourceVersion: String(this.#version) } };
    this.objects.set(name, object);
    this.history.push({ type: 'SET', object });
    return object;
  }

  delete(name: string): Thing | null {
    const there = this.objects.get(name);
    if (there === undefined) return null;
    this.#version += 1;
    const object = { metadata: { ...there.metadata, resourceVersion: String(this.#version) } };
    this.objects.delete(name);
    this.history.push({ type: 'DELETED', object });
    return there;
  }

  list(): { readonly objects: Thing[]; readonly version: string } {
    return { objects: [...this.objects.values()], version: String(this.#version) };
  }
}

const name = fc.constantFrom('a', 'b', 'c');
const step = fc.record({
  do: fc.constantFrom(
    'write',
    'delete',
    'own write',
    'own delete',
    'ask for a write',
    'ask for a delete',
    'an answer comes',
    'hear',
    'list asked',
    'list comes',
  ),
  name,
});

it('own writes are seen at once and never undone by what the watch or an older list says later', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const server = new Server();
      const cache = new ObjectCache<Thing>();
      const told = new Map<string, Thing>();
      cache.changes.add(({ before, now }) => {
        assert.deepEqual(told.get((before ?? now)!.metadata.name) ?? null, before);
        if (now === null) told.delete(before!.metadata.name);
        else told.set(now.metadata.name, now);
      });
      /** What this process knows by its own writes. */
      const atLeast = new Map<string, number>();
      /** To requests of this process; that to a delete may still have the object. */
      const answers: Thing[] = [];
      let heard = 0;
      let list = server.list();
      let listFrom = 0;
      const hear = (): void => {
        const event = server.history[heard];
        if (event === undefined) return;
        heard += 1;
        if (event.type === 'DELETED') cache.remove(event.object);
        else cache.accept(event.object);
      };
      for (const each of steps) {
        if (each.do === 'write') server.write(each.name);
        else if (each.do === 'delete') server.delete(each.name);
        else if (each.do === 'own write') {
          const object = server.write(each.name);
          cache.accept(object);
          atLeast.set(each.name, Number(object.metadata.resourceVersion));
        } else if (each.do === 'own delete') {
          const object = server.delete(each.name);
          if (object !== null) {
            cache.forget(object);
            assert.notEqual(cache.get(null, each.name)?.metadata.uid, object.metadata.uid);
            atLeast.delete(each.name);
          }
        } else if (each.do === 'ask for a write') answers.push(server.write(each.name));
        else if (each.do === 'ask for a delete') {
          const object = server.delete(each.name);
          if (object !== null) answers.push(object);
        } else if (each.do === 'an answer comes') {
          const object = answers.shift();
          if (object !== undefined) cache.accept(object);
        } else if (each.do === 'hear') hear();
        else if (each.do === 'list asked') {
          list = server.list();
          listFrom = server.history.length;
        } else if (listFrom >= heard) {
          // as an informer does: it lists, then watches from there
          cache.replace(list.objects, list.version);
          heard = listFrom;
        }
        for (const [key, version] of atLeast) {
          const there = cache.get(null, key);
          if (there !== null)
            assert.ok(Number(there.metadata.resourceVersion) >= version, `${key} went back`);
        }
      }
      while (heard < server.history.length) hear();
      for (const object of answers) cache.accept(object);
      assert.deepEqual(new Map(cache.objects), server.objects);
      assert.deepEqual(told, server.objects);
    }),
  );
});

it('a change that matters to nobody is kept but not told', () => {
  const cache = new ObjectCache<Thing>(() => true);
  let told = 0;
  cache.changes.add(() => {
    told += 1;
  });
  const thing = (resourceVersion: string): Thing => ({ metadata: { name: 'a', uid: 'u', resourceVersion } });
  cache.accept(thing('1'));
  cache.accept(thing('2'));
  assert.equal(told, 1);
  assert.equal(cache.get(null, 'a')?.metadata.resourceVersion, '2');
});
