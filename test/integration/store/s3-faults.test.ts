import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { openStore } from '../../../worker/store/open-store.ts';
import { s3Client } from '../../../worker/store/s3-client.ts';
import { MIN_PART_BYTES, type S3Options } from '../../../worker/store/s3-options.ts';
import type { Store, Stored } from '../../../worker/store/store.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { type Fault, FaultProxy, type SeenRequest } from '../../servers/fault-proxy.ts';
import { makeBucket, testS3 } from '../../servers/test-bucket.ts';

const { endpoint, missing } = testS3();
const ATTEMPTS = 5;
const RETRY = { attempts: ATTEMPTS, baseDelayMs: 5, maxDelayMs: 40 };

const errorBody = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>made by the proxy</Message></Error>`;
const answer = (status: number, code: string, headers: Record<string, string> = {}): Fault => ({
  kind: 'answer',
  status,
  body: errorBody(code),
  headers,
});
const RESET: Fault = { kind: 'reset' };
const SLOW_DOWN = answer(503, 'SlowDown');

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

async function listed(store: Store, prefix: string): Promise<string[]> {
  const all: Stored[] = [];
  for await (const stored of store.list(prefix)) all.push(stored);
  return all.map(({ key }) => key);
}

async function streamed(store: Store, key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.getStream(key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('s3 behind a way that fails', { skip: missing }, () => {
  let proxy: FaultProxy;
  let bucket: string;
  let store: Store;
  let direct: Store;
  const open = async (options: S3Options = {}): Promise<Store> =>
    await openStore(`s3://${bucket}/p`, {
      s3: { endpoint: proxy.url, partBytes: MIN_PART_BYTES, retry: RETRY, ...options },
    });
  const requestsOf = async (work: () => Promise<unknown>): Promise<SeenRequest[]> => {
    const from = proxy.seen.length;
    await work();
    proxy.decide = () => undefined;
    return proxy.seen.slice(from);
  };

  before(async () => {
    proxy = new FaultProxy(endpoint);
    await proxy.open();
    bucket = await makeBucket(endpoint);
    store = await open();
    direct = await openStore(`s3://${bucket}/p`, { s3: { endpoint } });
  });
  after(async () => await proxy.close());

  const PASSING: readonly (readonly [string, Fault])[] = [
    ['cut connections', RESET],
    ['503 SlowDown', SLOW_DOWN],
    ['503 without a body', { kind: 'answer', status: 503 }],
    ['500 InternalError', answer(500, 'InternalError')],
    [
      '502 of a proxy',
      { kind: 'answer', status: 502, body: '<html>Bad Gateway', headers: { 'content-type': 'text/html' } },
    ],
    ['429', answer(429, 'TooManyRequests')],
    ['400 RequestTimeout', answer(400, 'RequestTimeout')],
    ['lost answers', { kind: 'loseAnswer' }],
    ['answers cut at once', { kind: 'cutAnswer', afterBytes: 0 }],
  ];
  for (const [name, fault] of PASSING) {
    it(`every verb outlives ${name}`, async () => {
      const key = `verbs/${name}`;
      const outlive = async <T>(work: () => Promise<T>): Promise<T> => {
        // The answer to HEAD has no body that could name the failure.
        proxy.failInTurn([fault, fault], ({ method }) => method !== 'HEAD' || name !== '400 RequestTimeout');
        const result = await work();
        proxy.decide = () => undefined;
        return result;
      };
      await outlive(() => store.put(key, Buffer.from('1')));
      assert.equal(text(await direct.get(key)), '1');
      assert.equal(await outlive(() => store.putIfAbsent(key, Buffer.from('2'))), false);
      assert.equal(await outlive(() => store.putIfAbsent(`${key}/new`, Buffer.from('2'))), true);
      assert.equal(text(await outlive(() => store.get(key))), '1');
      assert.equal(text(await outlive(() => streamed(store, key))), '1');
      assert.deepEqual(await outlive(() => store.head(key)), { bytes: 1 });
      assert.equal(await outlive(() => store.head(`${key}/none`)), null);
      assert.deepEqual(await outlive(() => listed(store, key)), [key, `${key}/new`]);
      await outlive(() => store.delete(key));
      await outlive(() => store.deleteMany([`${key}/new`, 'none']));
      assert.deepEqual(await listed(direct, key), []);
    });
  }

  it('gives up after its attempts, with the reason and the address', async () => {
    const cases: readonly (readonly [Fault, RegExp])[] = [
      [RESET, /the connection was cut \((ECONNRESET|EPIPE)\)/],
      [SLOW_DOWN, /SlowDown: made by the proxy \(HTTP 503\)/],
    ];
    for (const [fault, reason] of cases) {
      const seen = await requestsOf(async () => {
        proxy.decide = () => fault;
        const at = `s3://${bucket}/p/given-up at ${proxy.url}`;
        await assert.rejects(store.get('given-up'), failsWith('FF4006', at, reason));
        await assert.rejects(streamed(store, 'given-up'), failsWith('FF4006', at, reason));
        await assert.rejects(store.head('given-up'), failsWith('FF4006', at));
        await assert.rejects(listed(store, 'given-up'), failsWith('FF4006', at));
        await assert.rejects(store.put('given-up', Buffer.from('x')), failsWith('FF4001', at, reason));
        await assert.rejects(
          store.putIfAbsent('given-up', Buffer.from('x')),
          failsWith('FF4001', at, reason),
        );
        await assert.rejects(store.delete('given-up'), failsWith('FF4001', at));
        await assert.rejects(store.deleteMany(['given-up']), failsWith('FF4001', proxy.url));
      });
      assert.equal(seen.length, 8 * ATTEMPTS);
    }
    assert.equal(await direct.head('given-up'), null);
  });

  it('does not repeat what will not help', async () => {
    const cases: readonly (readonly [Fault, 'FF4001' | 'FF4010' | 'FF4011'])[] = [
      [answer(403, 'AccessDenied'), 'FF4010'],
      [answer(403, 'InvalidAccessKeyId'), 'FF4010'],
      [answer(301, 'PermanentRedirect'), 'FF4010'],
      [answer(404, 'NoSuchBucket'), 'FF4011'],
      [answer(400, 'EntityTooLarge'), 'FF4001'],
      [answer(501, 'NotImplemented'), 'FF4001'],
    ];
    for (const [fault, code] of cases) {
      const seen = await requestsOf(async () => {
        proxy.decide = () => fault;
        await assert.rejects(store.put('once', Buffer.from('x')), failsWith(code, 'once'));
      });
      assert.equal(seen.length, 1, code);
    }
  });

  it('shows no secret of refused credentials, however deep one looks', async () => {
    const { AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: secret = '' } = process.env;
    try {
      for (const [wrongId, wrongSecret] of [
        [id, 'wrong-secret-4711'],
        ['wrong-id-4711', 'wrong-secret-4711'],
      ] as const) {
        process.env.AWS_ACCESS_KEY_ID = wrongId;
        process.env.AWS_SECRET_ACCESS_KEY = wrongSecret;
        const refused = await open();
        const error = await refused.put('secret', Buffer.from('x')).catch((thrown: unknown) => thrown);
        assert.ok(failsWith('FF4010', /SignatureDoesNotMatch|InvalidAccessKeyId/)(error), inspect(error));
        const all = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
        assert.ok(!/4711|Signature=|Credential=|authorization/i.test(all), all);
      }
    } finally {
      process.env.AWS_ACCESS_KEY_ID = id;
      process.env.AWS_SECRET_ACCESS_KEY = secret;
    }
  });

  it('names a missing bucket', async () => {
    const none = await openStore('s3://facefleet-no-such-bucket', { s3: { endpoint } });
    await assert.rejects(none.get('x'), failsWith('FF4011', 's3://facefleet-no-such-bucket/x'));
    await assert.rejects(listed(none, ''), failsWith('FF4011'));
    await assert.rejects(none.putIfAbsent('x', Buffer.from('x')), failsWith('FF4011'));
    await assert.rejects(none.deleteMany(['x']), failsWith('FF4011'));
  });

  it('waits as long as the server asks', async () => {
    const patient = await open({ retry: { ...RETRY, maxDelayMs: 5000 } });
    proxy.failInTurn([answer(503, 'SlowDown', { 'retry-after': '1' })]);
    const fromMs = performance.now();
    await patient.put('asked', Buffer.from('x'));
    assert.ok(performance.now() - fromMs >= 990);
  });

  it('waits for a server that is away for a moment', async () => {
    const patient = await open({ retry: { attempts: 50, baseDelayMs: 20, maxDelayMs: 100 } });
    await proxy.close();
    const work = Promise.all([
      patient.put('away', Buffer.from('x')),
      patient.putIfAbsent('away2', Buffer.from('y')),
    ]);
    await assert.rejects(store.head('away'), failsWith('FF4006', 'connection refused (ECONNREFUSED)'));
    await sleep(200);
    await proxy.open();
    assert.deepEqual(await work, [undefined, true]);
    assert.equal(text(await direct.get('away')), 'x');
  });

  it('knows its own object when the answer to a conditional put got lost', async () => {
    proxy.failInTurn([{ kind: 'loseAnswer' }, RESET, { kind: 'loseAnswer' }]);
    assert.equal(await store.putIfAbsent('own', Buffer.from('mine')), true);
    assert.equal(text(await direct.get('own')), 'mine');
  });

  it("knows a rival's object, even with the same bytes", async () => {
    assert.equal(await direct.putIfAbsent('rival', Buffer.from('same')), true);
    proxy.failInTurn([RESET, RESET]);
    assert.equal(await store.putIfAbsent('rival', Buffer.from('same')), false);
  });

  it('one winner of many behind a way that loses every second answer', async () => {
    proxy.decide = ({ number }) => (number % 2 ? { kind: 'loseAnswer' } : undefined);
    const patient = await open({ retry: { ...RETRY, attempts: 20 } });
    for (let round = 0; round < 5; round++) {
      const won = await Promise.all(
        Array.from({ length: 6 }, (_, i) => patient.putIfAbsent(`race/${round}`, Buffer.from(`${i}`))),
      );
      assert.equal(won.filter(Boolean).length, 1, won.join());
      assert.equal(text(await direct.get(`race/${round}`)), String(won.indexOf(true)));
    }
    proxy.decide = () => undefined;
  });

  it('tries again while a rival writes the same key (409)', async () => {
    proxy.failInTurn([answer(409, 'ConditionalRequestConflict'), answer(409, 'ConditionalRequestConflict')]);
    assert.equal(await store.putIfAbsent('conflict', Buffer.from('x')), true);
  });

  it('sends a body that was cut again, whole', async () => {
    const bytes = randomBytes(3_000_000);
    proxy.failInTurn([
      { kind: 'cutRequest', afterBytes: 100 },
      { kind: 'cutRequest', afterBytes: 2_000_000 },
    ]);
    await store.put('cut', bytes);
    assert.ok(bytes.equals(await direct.get('cut')));
    proxy.failInTurn([{ kind: 'cutRequest', afterBytes: 1_000_000 }]);
    assert.equal(await store.putIfAbsent('cut-too', bytes), true);
    assert.ok(bytes.equals(await direct.get('cut-too')));
  });

  it('goes on reading where the connection broke', async () => {
    const bytes = randomBytes(4_000_000);
    await direct.put('broken', bytes);
    for (const read of [() => store.get('broken'), () => streamed(store, 'broken')]) {
      const seen = await requestsOf(async () => {
        proxy.failInTurn([
          { kind: 'cutAnswer', afterBytes: 1_000_000 },
          RESET,
          SLOW_DOWN,
          { kind: 'cutAnswer', afterBytes: 500_000 },
        ]);
        assert.ok(bytes.equals(await read()));
      });
      const ranges = seen.map(({ headers }) => headers.range);
      assert.deepEqual(ranges, [
        undefined,
        'bytes=1000000-3999999',
        'bytes=1000000-3999999',
        'bytes=1000000-3999999',
        'bytes=1500000-3999999',
      ]);
    }
    proxy.failInTurn([{ kind: 'cutAnswer', afterBytes: 10 }]);
    const part = await store.get('broken', { offset: 50, length: 100 });
    assert.ok(bytes.subarray(50, 150).equals(part));
  });

  it('reads to the end as long as every connection brings something', async () => {
    const bytes = randomBytes(1_000_000);
    await direct.put('crawl', bytes);
    proxy.decide = () => ({ kind: 'cutAnswer', afterBytes: 60_000 });
    assert.ok(bytes.equals(await store.get('crawl')));
    proxy.decide = () => undefined;
  });

  it('gives up reading where nothing comes any more', async () => {
    await direct.put('stuck', randomBytes(1_000_000));
    proxy.decide = ({ headers }) =>
      headers.range === undefined ? { kind: 'cutAnswer', afterBytes: 100_000 } : RESET;
    await assert.rejects(store.get('stuck'), failsWith('FF4006', 'stuck', 'ECONNRESET'));
    proxy.decide = () => undefined;
  });

  it('does not go on with another version of the object', async () => {
    await direct.put('replaced', new Uint8Array(1_000_000).fill(1));
    for (const bytes of [1_000_000, 900_000, 10]) {
      proxy.decide = ({ headers }) => {
        if (headers.range !== undefined) return undefined;
        return { kind: 'cutAnswer', afterBytes: 300_000 };
      };
      const reading = store.getStream('replaced');
      await reading.next();
      await direct.put('replaced', new Uint8Array(bytes).fill(bytes % 251));
      const rest = async (): Promise<void> => {
        for await (const _ of reading);
      };
      await assert.rejects(rest(), failsWith('FF4006', 'replaced while it was read'));
      await direct.put('replaced', new Uint8Array(1_000_000).fill(1));
    }
    proxy.decide = () => undefined;
  });

  it('does not wait for ever: for an answer, in the middle of one, for a connection', async () => {
    const bytes = randomBytes(2_000_000);
    await direct.put('silent', bytes);
    const impatient = await open({ idleTimeoutMs: 300 });
    proxy.failInTurn([{ kind: 'silence' }, { kind: 'stallAnswer', afterBytes: 700_000 }]);
    const fromMs = performance.now();
    assert.ok(bytes.equals(await impatient.get('silent')));
    const tookMs = performance.now() - fromMs;
    assert.ok(tookMs > 550 && tookMs < 5000, `${tookMs} ms`);
    proxy.failInTurn([{ kind: 'silence' }]);
    assert.equal(await impatient.putIfAbsent('silent/new', bytes), true);
    proxy.decide = () => ({ kind: 'silence' });
    const twice = await open({ idleTimeoutMs: 200, retry: { ...RETRY, attempts: 2 } });
    await assert.rejects(twice.head('silent'), failsWith('FF4006', 'no answer in time'));
    proxy.decide = () => undefined;
  });

  it('an abort ends it at once: while it waits for an answer, and between attempts', async () => {
    const reason = new Error('enough');
    const verbs: readonly ((signal: AbortSignal, slow: Store) => Promise<unknown>)[] = [
      (signal, slow) => slow.get('abort', { signal }),
      (signal, slow) => slow.getStream('abort', { signal }).next(),
      (signal, slow) => slow.put('abort', Buffer.from('x'), { signal }),
      (signal, slow) => slow.put('abort', new Uint8Array(12_000_000), { signal }),
      (signal, slow) => slow.putIfAbsent('abort', Buffer.from('x'), { signal }),
      async (signal, slow) => {
        for await (const _ of slow.list('', { signal }));
      },
    ];
    const slow = await open({ retry: { attempts: 3, baseDelayMs: 60_000, maxDelayMs: 60_000 } });
    for (const fault of [{ kind: 'silence' } as const, answer(503, 'SlowDown', { 'retry-after': '50' })]) {
      proxy.decide = () => fault;
      for (const verb of verbs) {
        const stop = new AbortController();
        setTimeout(() => stop.abort(reason), 100);
        const fromMs = performance.now();
        await assert.rejects(verb(stop.signal, slow), (error) => error === reason);
        assert.ok(performance.now() - fromMs < 2000);
      }
    }
    proxy.decide = () => undefined;
    assert.equal(await direct.head('abort'), null);
  });

  describe('objects in parts', () => {
    const bytes = randomBytes(3 * MIN_PART_BYTES + 1000);
    const isPart = ({ path }: SeenRequest): boolean => path.includes('partNumber=');
    const isEnd = ({ method, path }: SeenRequest): boolean => method === 'POST' && path.includes('uploadId=');
    const isBegin = ({ method, path }: SeenRequest): boolean => method === 'POST' && path.includes('uploads');

    async function uploads(): Promise<number> {
      const client = s3Client({ endpoint });
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      client.destroy();
      return Uploads.length;
    }

    const faults: readonly (readonly [string, (seen: SeenRequest) => boolean, readonly Fault[]])[] = [
      ['the begin fails', isBegin, [RESET, SLOW_DOWN]],
      [
        'parts are cut',
        isPart,
        [{ kind: 'cutRequest', afterBytes: 1_000_000 }, RESET, SLOW_DOWN, { kind: 'loseAnswer' }],
      ],
      ['the end fails', isEnd, [RESET, SLOW_DOWN]],
      ['the end fails with status 200', isEnd, [answer(200, 'InternalError')]],
      ['the answer to the end gets lost', isEnd, [{ kind: 'loseAnswer' }]],
    ];
    for (const [name, matches, list] of faults) {
      it(`arrive when ${name}`, async () => {
        proxy.failInTurn(list, matches);
        await store.put('parts', bytes);
        assert.ok(bytes.equals(await direct.get('parts')));
        await direct.delete('parts');
        assert.equal(await uploads(), 0);
      });
    }

    it('leave nothing behind when they fail for good', async () => {
      for (const [matches, fault, code] of [
        [isPart, RESET, 'FF4001'],
        [isPart, answer(403, 'AccessDenied'), 'FF4010'],
        [isEnd, answer(400, 'InvalidPart'), 'FF4001'],
      ] as const) {
        proxy.decide = (seen) => (matches(seen) ? fault : undefined);
        await assert.rejects(store.put('parts', bytes), failsWith(code, 'parts'));
        assert.equal(await direct.head('parts'), null);
        assert.equal(await uploads(), 0);
      }
      proxy.decide = () => undefined;
    });

    it('leave nothing behind when they are aborted or their source fails', async () => {
      const stop = new AbortController();
      proxy.decide = (seen) => {
        if (isPart(seen)) setTimeout(() => stop.abort(), 50);
        return isPart(seen) && seen.path.includes('partNumber=2') ? { kind: 'silence' } : undefined;
      };
      await assert.rejects(store.put('parts', bytes, { signal: stop.signal }), { name: 'AbortError' });
      proxy.decide = () => undefined;
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield bytes;
        throw new RangeError('the source broke');
      }
      await assert.rejects(store.put('parts', failing()), RangeError);
      assert.equal(await direct.head('parts'), null);
      assert.equal(await uploads(), 0);
    });
  });

  it('lists on after failures between pages', async () => {
    const keys = Array.from({ length: 1100 }, (_, i) => `pages/${String(i).padStart(5, '0')}`);
    for (let i = 0; i < keys.length; i += 50) {
      await Promise.all(keys.slice(i, i + 50).map((key) => direct.put(key, new Uint8Array(0))));
    }
    const seen = await requestsOf(async () => {
      proxy.decide = ({ number }) => (number % 2 ? { kind: 'cutAnswer', afterBytes: 20_000 } : undefined);
      assert.deepEqual(await listed(store, 'pages/'), keys);
    });
    assert.ok(seen.length > 2);
    const pages = await requestsOf(async () => {
      let count = 0;
      for await (const _ of store.list('pages/')) if (++count === 1000) break;
    });
    assert.equal(pages.length, 1, 'pages are asked for when they are needed');
    const removed = await requestsOf(() => store.deleteMany(keys));
    assert.equal(removed.length, 2);
    assert.deepEqual(await listed(direct, 'pages/'), []);
  });

  it('deletes again what failed by itself, and one by one where the server cannot delete many', async () => {
    const put = async (): Promise<void> => {
      for (const key of ['del/a', 'del/b']) await direct.put(key, Buffer.from('x'));
    };
    const failed = (code: string): Fault => ({
      kind: 'answer',
      status: 200,
      body: `<DeleteResult><Error><Key>p/del/b</Key><Code>${code}</Code><Message>no</Message></Error></DeleteResult>`,
    });
    await put();
    const again = await requestsOf(async () => {
      proxy.failInTurn([failed('InternalError'), failed('SlowDown')]);
      await store.deleteMany(['del/b']);
    });
    assert.equal(again.length, 3);
    assert.deepEqual(await listed(direct, 'del/'), ['del/a']);
    proxy.failInTurn([failed('AccessDenied')]);
    await assert.rejects(store.deleteMany(['del/b']), failsWith('FF4010', 'AccessDenied'));
    await put();
    proxy.failInTurn([answer(501, 'NotImplemented')]);
    await store.deleteMany(['del/a', 'del/b']);
    assert.deepEqual(await listed(direct, 'del/'), []);
  });

  it('refuses servers that do not list by name, know no ranges, or take every conditional put', async () => {
    const listing = (...keys: string[]): string =>
      `<ListBucketResult>${keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('')}</ListBucketResult>`;
    proxy.failInTurn([{ kind: 'answer', status: 200, body: listing('p/b', 'p/a') }]);
    await assert.rejects(listed(store, ''), failsWith('FF4006', 'does not list by name'));
    proxy.failInTurn([{ kind: 'answer', status: 200, body: 'all of it' }]);
    await assert.rejects(store.get('x', { offset: 3 }), failsWith('FF4006', 'does not know ranges'));
    const shared = { shared: true, s3: { endpoint: proxy.url, retry: RETRY } };
    proxy.decide = ({ method }) =>
      method === 'PUT' ? { kind: 'answer', status: 200, headers: { etag: '"x"' } } : undefined;
    await assert.rejects(openStore(`s3://${bucket}/p`, shared), failsWith('FF4012', proxy.url));
    proxy.failInTurn([{ kind: 'loseAnswer' }]);
    await openStore(`s3://${bucket}/p`, shared);
    assert.deepEqual(await listed(direct, '.'), []);
  });
});
