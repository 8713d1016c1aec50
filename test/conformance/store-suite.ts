import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { compareCodePoints } from '../../worker/store/compare-code-points.ts';
import type { GetOptions, Store, Stored } from '../../worker/store/store.ts';

/** A fresh, empty store for one suite, and how to do away with it. */
export interface StoreUnderTest {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value);

async function* chunked(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    await new Promise((resolve) => setImmediate(resolve));
    yield chunk;
  }
}

async function listed(store: Store, prefix: string, startAfter?: string): Promise<Stored[]> {
  const all: Stored[] = [];
  const options = startAfter === undefined ? {} : { startAfter };
  for await (const stored of store.list(prefix, options)) all.push(stored);
  return all;
}

async function streamed(store: Store, key: string, options?: GetOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.getStream(key, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const hasCode = (code: string) => (error: unknown) => error instanceof FacefleetError && error.code === code;

const ODD_KEYS = [
  'a b/c d.txt',
  ' leading and trailing ',
  '-rf',
  '--help/x',
  '...',
  '..a/b..',
  '.hidden',
  '~',
  '%2e%2e/%00',
  'a?b=c&d#e',
  'a+b',
  'quote\'s and "double"',
  '*[a-z]?{b,c}$(d)`e`;|<>',
  'tab\tnewline\nreturn\r',
  'naïve/日本語/файл.jpg',
  'emoji/😀/👩‍👩‍👧.png',
  `${'é'.repeat(127)}x`,
  Array.from({ length: 5 }, () => 'd'.repeat(200)).join('/'),
  '\u{ffff}',
  '\u{10000}',
  '__proto__',
  'constructor/prototype',
];

const BAD_KEYS = [
  '',
  '/',
  '/etc/passwd',
  '..',
  '../x',
  'a/../b',
  'a/..',
  './a',
  'a/./b',
  'a//b',
  'a/',
  'a\0b',
  '\ud800',
  'x'.repeat(256),
  `${'é'.repeat(128)}`,
  Array.from({ length: 6 }, () => 'd'.repeat(200)).join('/'),
  '.facefleet.lock',
  'a/.facefleet.tmp-1',
];

/**
 * What every Store does. An adapter's test calls this with a way to make one that is empty.
 * @param skip a reason when there is no store to test
 */
export function storeSuite(
  name: string,
  open: () => Promise<StoreUnderTest>,
  skip: string | false = false,
): void {
  describe(`store: ${name}`, { skip }, () => {
    let store: Store;
    let close: () => Promise<void>;
    before(async () => {
      ({ store, close } = await open());
    });
    after(async () => await close());

    it('gives back what was put, as copies', async () => {
      const bytes = Buffer.from('hello');
      await store.put('copies/a', bytes);
      bytes.fill(0);
      const first = await store.get('copies/a');
      assert.equal(text(first), 'hello');
      first.fill(0);
      assert.equal(text(await store.get('copies/a')), 'hello');
      assert.deepEqual(await store.head('copies/a'), { bytes: 5 });
    });

    it('keeps empty objects and large ones', async () => {
      await store.put('size/empty', new Uint8Array(0));
      assert.equal((await store.get('size/empty')).length, 0);
      assert.deepEqual(await store.head('size/empty'), { bytes: 0 });
      const large = randomBytes(9_000_001);
      await store.put('size/large', large, { durable: true });
      assert.ok(large.equals(await store.get('size/large')));
    });

    it('reads ranges, clipped to the object', async () => {
      await store.put('range', bytesOf('0123456789'));
      const cases: [number | undefined, number | undefined, string][] = [
        [0, 3, '012'],
        [7, undefined, '789'],
        [7, 100, '789'],
        [undefined, 2, '01'],
        [4, 0, ''],
        [10, 1, ''],
        [11, undefined, ''],
        [9, 1, '9'],
      ];
      for (const [offset, length, expected] of cases) {
        const options = {
          ...(offset === undefined ? {} : { offset }),
          ...(length === undefined ? {} : { length }),
        };
        assert.equal(text(await store.get('range', options)), expected, `${offset} ${length}`);
        assert.equal(text(await streamed(store, 'range', options)), expected, `${offset} ${length}`);
      }
      for (const bad of [{ offset: -1 }, { length: -1 }, { offset: 0.5 }, { length: Number.NaN }]) {
        await assert.rejects(store.get('range', bad), hasCode('FF4006'));
        await assert.rejects(streamed(store, 'range', bad), hasCode('FF4006'));
      }
      await store.put('range', new Uint8Array(0));
      for (const options of [{}, { offset: 0 }, { offset: 3 }, { length: 5 }, { offset: 1, length: 1 }]) {
        assert.equal((await store.get('range', options)).length, 0);
      }
    });

    it('streams an object in chunks, all of one version', async () => {
      const large = randomBytes(17_000_001);
      await store.put('streamed/large', large);
      const chunks: Uint8Array[] = [];
      for await (const chunk of store.getStream('streamed/large')) {
        if (chunks.length === 0) await store.put('streamed/small', bytesOf('another key meanwhile'));
        chunks.push(chunk);
      }
      assert.ok(chunks.length > 10, `${chunks.length} chunks`);
      assert.ok(large.equals(Buffer.concat(chunks)));
      const middle = await streamed(store, 'streamed/large', { offset: 5_000_000, length: 7_000_000 });
      assert.ok(large.subarray(5_000_000, 12_000_000).equals(middle));
      await assert.rejects(streamed(store, 'streamed/absent'), hasCode('FF4006'));
      for await (const chunk of store.getStream('streamed/large')) {
        assert.ok(chunk.length > 0);
        break; // Left early: the store works on.
      }
      const stop = new AbortController();
      const aborting = async (): Promise<void> => {
        for await (const _ of store.getStream('streamed/large', { signal: stop.signal })) stop.abort();
      };
      await assert.rejects(aborting(), { name: 'AbortError' });
    });

    it('never mixes versions in a stream', async () => {
      const version = (n: number): Uint8Array => new Uint8Array(6_000_000).fill(n);
      await store.put('streamed/replaced', version(1));
      const chunks: Uint8Array[] = [];
      try {
        for await (const chunk of store.getStream('streamed/replaced')) {
          if (chunks.length === 0) await store.put('streamed/replaced', version(2));
          chunks.push(chunk);
        }
      } catch (error) {
        // An adapter may not be able to go on with the old version, but must not go on with the new one.
        assert.ok(hasCode('FF4006')(error));
        return;
      }
      assert.ok(Buffer.concat(chunks).equals(version(1)));
    });

    it('says what does not exist', async () => {
      assert.equal(await store.head('absent'), null);
      assert.equal(await store.head('absent/below'), null);
      await assert.rejects(store.get('absent'), hasCode('FF4006'));
      await assert.rejects(store.get('absent/below', { offset: 0, length: 0 }), hasCode('FF4006'));
      await store.delete('absent');
      await store.delete('absent/below');
      assert.deepEqual(await listed(store, 'absent'), []);
    });

    it('a folder of keys is no object', async () => {
      await store.put('folder/inside', bytesOf('x'));
      assert.equal(await store.head('folder'), null);
      await assert.rejects(store.get('folder'), hasCode('FF4006'));
      await store.delete('folder');
      assert.deepEqual(await store.head('folder/inside'), { bytes: 1 });
      await store.delete('folder/inside');
      assert.deepEqual(await listed(store, 'folder'), []);
      await store.put('folder', bytesOf('now an object'));
      assert.equal(text(await store.get('folder')), 'now an object');
    });

    it('takes odd keys literally', async () => {
      for (const key of ODD_KEYS) await store.put(`odd/${key}`.slice(0, 1024), bytesOf(key));
      const keys = (await listed(store, 'odd/')).map((stored) => stored.key);
      assert.deepEqual(keys, ODD_KEYS.map((key) => `odd/${key}`.slice(0, 1024)).sort(compareCodePoints));
      for (const key of ODD_KEYS) {
        assert.equal(text(await store.get(`odd/${key}`.slice(0, 1024))), key);
        await store.delete(`odd/${key}`.slice(0, 1024));
      }
      assert.deepEqual(await listed(store, 'odd/'), []);
    });

    it('refuses what is no key, in every verb', async () => {
      for (const key of BAD_KEYS) {
        await assert.rejects(store.put(key, new Uint8Array(1)), hasCode('FF4004'), JSON.stringify(key));
        await assert.rejects(store.putIfAbsent(key, new Uint8Array(1)), hasCode('FF4004'));
        await assert.rejects(store.get(key), hasCode('FF4004'));
        await assert.rejects(store.head(key), hasCode('FF4004'));
        await assert.rejects(streamed(store, key), hasCode('FF4004'));
        await assert.rejects(store.delete(key), hasCode('FF4004'));
        await assert.rejects(store.deleteMany([key]), hasCode('FF4004'));
      }
      for (const prefix of ['/', '../', 'a/../', 'a//']) {
        await assert.rejects(listed(store, prefix), hasCode('FF4004'), prefix);
      }
    });

    it('lists 1,200 keys once each, sorted by code points, by any prefix', async () => {
      const names = ['a', 'a-', 'a.b', 'a0', 'b', 'Z', 'é', '\u{ffee}', '\u{10400}'];
      const keys: string[] = [];
      for (const name of names) for (let i = 0; i < 80; i++) keys.push(`many/${name}/${i}`);
      for (let i = 0; i < 480; i++) keys.push(`many/x${i}.png`);
      const shuffled = [...keys].sort(
        (a, b) => ((a.length * 7919) % 13) - ((b.length * 7919) % 13) || (a < b ? 1 : -1),
      );
      for (let i = 0; i < shuffled.length; i += 40) {
        await Promise.all(shuffled.slice(i, i + 40).map((key) => store.put(key, bytesOf(key))));
      }
      const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const all = await listed(store, 'many/');
      assert.deepEqual(
        all.map((stored) => stored.key),
        sorted,
      );
      for (const { key, bytes } of all) assert.equal(bytes, Buffer.byteLength(key));
      for (const prefix of [
        'many/a',
        'many/a/',
        'many/a/7',
        'many/x4',
        'man',
        'many/x479.png',
        'many/none',
      ]) {
        assert.deepEqual(
          (await listed(store, prefix)).map((stored) => stored.key),
          sorted.filter((key) => key.startsWith(prefix)),
          prefix,
        );
      }
      const everything = (await listed(store, '')).map((stored) => stored.key);
      assert.deepEqual(everything, [...everything].sort(compareCodePoints));
      assert.ok(everything.length >= 1200);
    });

    it('lists from behind any key, there or not', async () => {
      const keys = (await listed(store, '')).map((stored) => stored.key);
      assert.ok(keys.length >= 1200);
      const step = Math.floor(keys.length / 25);
      const starts = keys.filter((_, i) => i % step === 0);
      for (const start of [
        '',
        'many',
        'many/',
        'many/a/7',
        'many/a0/~',
        'many/b/',
        '\u{10ffff}',
        'no such',
        ...starts,
      ]) {
        const expected = keys.filter((key) => compareCodePoints(key, start) > 0);
        assert.deepEqual(
          (await listed(store, '', start)).map((stored) => stored.key),
          expected,
          start,
        );
        assert.deepEqual(
          (await listed(store, 'many/a', start)).map((stored) => stored.key),
          expected.filter((key) => key.startsWith('many/a')),
          start,
        );
      }
    });

    it('a listing can be aborted', async () => {
      const stop = new AbortController();
      const aborting = async (): Promise<void> => {
        for await (const _ of store.list('many/', { signal: stop.signal })) stop.abort();
      };
      await assert.rejects(aborting(), { name: 'AbortError' });
    });

    it('deletes many, there or not', async () => {
      const before = (await listed(store, '')).length;
      async function* ofMany(): AsyncGenerator<string> {
        for await (const { key } of store.list('many/')) yield key;
      }
      const kept = (await listed(store, 'many/b/')).map((stored) => stored.key);
      assert.equal(kept.length, 80);
      const keys: string[] = [];
      for await (const key of ofMany()) if (!kept.includes(key)) keys.push(key);
      await store.deleteMany([...keys, 'many/not there', 'not/there']);
      assert.deepEqual(
        (await listed(store, 'many/')).map((stored) => stored.key),
        kept,
      );
      assert.equal((await listed(store, '')).length, before - keys.length);
      await store.deleteMany(ofMany());
      assert.deepEqual(await listed(store, 'many/'), []);
      for (const key of ODD_KEYS) await store.put(`odd/${key}`.slice(0, 1024), bytesOf(key));
      await store.deleteMany(ODD_KEYS.map((key) => `odd/${key}`.slice(0, 1024)));
      assert.deepEqual(await listed(store, 'odd/'), []);
      await store.deleteMany([]);
    });

    it('a listing can be left early', async () => {
      await store.put('many/again', bytesOf('x'));
      for await (const stored of store.list('many/')) {
        assert.ok(stored.key.startsWith('many/'));
        break;
      }
    });

    it('putIfAbsent has exactly one winner', async () => {
      for (let round = 0; round < 5; round++) {
        const key = `race/${round}/object`;
        const tries = Array.from({ length: 16 }, (_, i) =>
          store.putIfAbsent(key, bytesOf(`winner ${i}`), { durable: true }),
        );
        const won = await Promise.all(tries);
        assert.equal(won.filter(Boolean).length, 1);
        assert.equal(text(await store.get(key)), `winner ${won.indexOf(true)}`);
        assert.equal(await store.putIfAbsent(key, bytesOf('late')), false);
      }
      await store.delete('race/0/object');
      assert.equal(await store.putIfAbsent('race/0/object', bytesOf('free again')), true);
    });

    it('putIfAbsent has exactly one winner with large objects, too', async () => {
      const rivals = Array.from({ length: 3 }, (_, i) => new Uint8Array(17_000_000 + i).fill(i));
      const won = await Promise.all(rivals.map((bytes) => store.putIfAbsent('race/large', bytes)));
      assert.equal(won.filter(Boolean).length, 1);
      const winner = rivals[won.indexOf(true)] ?? new Uint8Array(0);
      assert.ok(Buffer.from(winner).equals(await store.get('race/large')));
      await store.delete('race/large');
    });

    it('writes large streams whole', async () => {
      const chunks = Array.from({ length: 36 }, () => randomBytes(500_000));
      await store.put('stream/large', chunked(chunks));
      assert.ok(Buffer.concat(chunks).equals(await store.get('stream/large')));
      const broken = new Error('the source broke late');
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield* chunks.slice(0, 30);
        throw broken;
      }
      await assert.rejects(store.put('stream/large', failing()), (error) => error === broken);
      assert.deepEqual(await store.head('stream/large'), { bytes: 18_000_000 });
      await store.delete('stream/large');
    });

    it('writes streams whole', async () => {
      const chunks = Array.from({ length: 50 }, (_, i) => randomBytes(i * 400));
      await store.put('stream/a', chunked(chunks), { durable: true });
      assert.ok(Buffer.concat(chunks).equals(await store.get('stream/a')));
      await store.put('stream/empty', chunked([]));
      assert.deepEqual(await store.head('stream/empty'), { bytes: 0 });
    });

    it('a stream that fails or is aborted leaves the old object and nothing else', async () => {
      await store.put('fails/a', bytesOf('old'));
      const broken = new Error('the source broke');
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield bytesOf('half');
        throw broken;
      }
      await assert.rejects(store.put('fails/a', failing()), (error) => error === broken);
      const stop = new AbortController();
      let closed = false;
      async function* aborting(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) {
            yield bytesOf('more');
            stop.abort();
          }
        } finally {
          closed = true;
        }
      }
      await assert.rejects(store.put('fails/a', aborting(), { signal: stop.signal }), { name: 'AbortError' });
      assert.ok(closed, 'the body is told to stop');
      assert.equal(text(await store.get('fails/a')), 'old');
      await assert.rejects(store.get('fails/a', { signal: stop.signal }), { name: 'AbortError' });
      await assert.rejects(store.put('fails/b', bytesOf('b'), { signal: stop.signal }), {
        name: 'AbortError',
      });
      await assert.rejects(store.putIfAbsent('fails/b', bytesOf('b'), { signal: stop.signal }), {
        name: 'AbortError',
      });
      const [left, ...others] = await listed(store, 'fails/');
      assert.deepEqual([left?.key, left?.bytes, others], ['fails/a', 3, []]);
    });

    it('a reader sees the old or the new object, never a mixture', async () => {
      const version = (n: number): Uint8Array => new Uint8Array(200_000 + n * 1000).fill(n);
      await store.put('atomic', version(1));
      let writing = true;
      const reader = async (): Promise<number> => {
        let reads = 0;
        while (writing) {
          await new Promise((resolve) => setImmediate(resolve));
          const bytes = await store.get('atomic');
          const n = bytes[0] ?? 0;
          assert.ok(Buffer.from(version(n)).equals(bytes), `mixture at version ${n}`);
          reads++;
        }
        return reads;
      };
      const readers = [reader(), reader(), reader()];
      for (let n = 2; n <= 40; n++) {
        await store.put(
          'atomic',
          n % 2 ? version(n) : chunked([version(n).subarray(0, 100_000), version(n).subarray(100_000)]),
        );
        await new Promise((resolve) => setImmediate(resolve));
      }
      writing = false;
      for (const reads of await Promise.all(readers)) assert.ok(reads > 0);
    });

    it('concurrent puts to neighbours and deletes of them do not disturb each other', async () => {
      await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const key = `churn/${i % 3}/${i}`;
          await store.put(key, bytesOf(key));
          await store.delete(key);
          await store.put(key, bytesOf(key));
          if (i % 2) await store.delete(key);
        }),
      );
      assert.equal((await listed(store, 'churn/')).length, 30);
    });
  });
}
