import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import type { Bus } from '../../../worker/bus/bus.ts';
import { openJetStreamBus } from '../../../worker/bus/jetstream-bus.ts';
import { MemoryHub } from '../../../worker/bus/memory-bus.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { scanVideo } from '../../../worker/source/segments/scan-video.ts';
import { openDirStore } from '../../../worker/store/dir-store.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';
import { withoutEncoder } from '../../fixtures/encoded-video.ts';
import { photoVideo } from '../../fixtures/photo-video.ts';
import { registryReachable } from '../../fixtures/registry-reachable.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';
import { EXTRACTION, type FarmOptions, type Harvest, localWords, runFarm } from './decode-farm.ts';

const CHILD = fileURLToPath(new URL('../../fixtures/decode-worker-child.ts', import.meta.url));
const SECONDS = 30;
const FRAMES = SECONDS * 25;

const registry = await registryReachable();
const skip = withoutEncoder('libx264') || (registry !== true && registry);

describe('decode workers', { skip }, () => {
  const folder = scratch();
  const film = join(folder, 'film.mp4');
  let local: Map<number, string>;

  before(async () => {
    await photoVideo(film, join(folder, 'photos'), SECONDS);
    local = await localWords(film);
    assert.equal(local.size, FRAMES);
    assert.equal(new Set([...local.values()].map((word) => word.split(' ').at(-1))).size, FRAMES);
  });

  function onMemory(
    more: Partial<FarmOptions> & { readonly maxPayloadBytes?: number } = {},
  ): Promise<Harvest> {
    const hub = new MemoryHub();
    const { maxPayloadBytes = 1 << 20 } = more;
    const connect = async (): Promise<Bus> => hub.connect(EXTRACTION, { maxPayloadBytes });
    return runFarm({ place: film, name: 'film.mp4', store: new MemoryStore(), connect, workers: 3, ...more });
  }

  function assertSame(found: Harvest, expected: ReadonlyMap<number, string>): void {
    assert.equal(found.count, expected.size);
    assert.deepEqual(
      [...found.words.keys()].sort((a, b) => a - b),
      [...expected.keys()],
    );
    for (const [index, word] of expected) assert.equal(found.words.get(index), word);
    assert.ok(found.disorder <= 0, `out of order by ${found.disorder}`);
  }

  for (const workers of [1, 3])
    it(`${workers} on a bus in memory give the frames of the laptop run, once each`, async (t) => {
      const startMs = performance.now();
      const found = await onMemory({ workers });
      t.diagnostic(`${found.segments} segments, ${Math.round(performance.now() - startMs)} ms`);
      assertSame(found, local);
      assert.equal(found.repeated, 0);
      assert.ok(found.segments > 5);
    });

  for (const workers of [1, 3])
    it(`${workers} on NATS do the same`, { skip: withoutNatsServer }, async (t) => {
      await using server = await startNatsServer({ maxPayloadBytes: 1 << 20 });
      const settings = { servers: [server.url], credentials: { kind: 'none' }, tls: null } as const;
      const connect = (): Promise<Bus> => openJetStreamBus(EXTRACTION, settings, pino({ level: 'silent' }));
      const startMs = performance.now();
      const store = new MemoryStore();
      const found = await runFarm({ place: film, name: 'film.mp4', store, connect, workers });
      t.diagnostic(`${found.segments} segments, ${Math.round(performance.now() - startMs)} ms`);
      assertSame(found, local);
      assert.equal(found.repeated, 0);
    });

  it('send pictures by reference when they do not fit a message', async () => {
    const found = await onMemory({ maxPayloadBytes: 100_000, inlineBytes: 50_000 });
    assertSame(found, local);
    const whole = await onMemory({ maxPayloadBytes: 100_000, inlineBytes: 1 << 20 });
    assertSame(whole, local);
  });

  it('read a video from a store', async () => {
    const store = new MemoryStore();
    await store.put('in/film.mp4', await readFile(film));
    const found = await onMemory({ place: { store, key: 'in/film.mp4' }, workers: 2 });
    assertSame(found, local);
  });

  for (const everyN of [7, 130])
    it(`keep every ${everyN}-th picture as the laptop run does`, async () => {
      const expected = await localWords(film, everyN);
      assert.deepEqual(
        [...expected.values()].map((word) => word.split(' ').at(-1)),
        [...local.values()].filter((_, i) => i % everyN === 0).map((word) => word.split(' ').at(-1)),
      );
      assertSame(await onMemory({ everyN, framesPerSegment: 3 }), expected);
    });

  it('leave out what is done', async () => {
    const isDone = (index: number): boolean => index % 5 !== 0 || (index > 200 && index < 500);
    const found = await onMemory({ isDone });
    assert.deepEqual(
      [...found.words.keys()].sort((a, b) => a - b),
      [...local.keys()].filter((index) => !isDone(index)),
    );
    for (const [index, word] of found.words) assert.equal(word, local.get(index));
  });

  it('a stopped one hands its segment back; nothing is sent twice', async () => {
    const stopAt = [100, 250, 300];
    const found = await onMemory({
      onFrame: (seen, farm) => {
        const worker = stopAt.indexOf(seen);
        if (worker >= 0) farm.stop(worker);
      },
    });
    assertSame(found, local);
    assert.equal(found.repeated, 0);
  });

  describe('as processes', { skip: withoutNatsServer }, () => {
    interface Deaths {
      /** Kill the newest process of every worker when so many frames have come. */
      readonly killAt?: readonly number[];
      readonly crashOnTime?: number;
    }

    async function onProcesses(
      name: string,
      { killAt = [], crashOnTime }: Deaths,
    ): Promise<[Harvest, number]> {
      await using server = await startNatsServer({ maxPayloadBytes: 1 << 20 });
      const settings = { servers: [server.url], credentials: { kind: 'none' }, tls: null } as const;
      const output = join(folder, name);
      const store = await openDirStore(output);
      const preload = new URL('../../fixtures/crash-on-time.ts', import.meta.url).href;
      const env = { ...process.env, FACEFLEET_TEST_CRASH_ON_TIME: String(crashOnTime) };
      const children = new Set<ChildProcess>();
      let deaths = 0;
      const found = await runFarm({
        place: film,
        name: 'film.mp4',
        store,
        connect: () => openJetStreamBus(EXTRACTION, settings, pino({ level: 'silent' })),
        workers: 2,
        onFrame: (seen) => {
          if (killAt.includes(seen)) for (const child of children) child.kill('SIGKILL');
        },
        runWorker: async (lane, next, signal) => {
          const args = [server.url, EXTRACTION, output, film, lane, ...next];
          const child = spawn(process.execPath, ['--import', preload, CHILD, ...args], {
            env,
            stdio: 'ignore',
          });
          children.add(child);
          const end = (): void => void child.kill('SIGKILL');
          signal.addEventListener('abort', end, { once: true });
          if (signal.aborted) end();
          await once(child, 'exit');
          signal.removeEventListener('abort', end);
          children.delete(child);
          if (!signal.aborted) deaths += 1;
        },
      });
      return [found, deaths];
    }

    it('killed at any time: no frame is lost, few come twice', async (t) => {
      const [found, deaths] = await onProcesses('killed', { killAt: [60, 200, 420] });
      t.diagnostic(`${deaths} deaths, ${found.repeated} frames came twice`);
      assertSame(found, local);
      assert.ok(deaths >= 3);
      assert.ok(found.repeated < FRAMES / 2);
    });

    it('a picture that crashes its decoder ends the video there', async (t) => {
      const crashing = 333;
      const crashOnTime = crashing * (await unitsPerPicture(film));
      const [found, deaths] = await onProcesses('crashed', { crashOnTime });
      t.diagnostic(`${deaths} deaths`);
      const failures = [...found.words].filter(([, word]) => / FF/.test(word));
      assert.deepEqual(failures, [[crashing, `${crashing} film_000334.mp4 FF1012`]]);
      for (let index = 0; index < crashing; index++) assert.equal(found.words.get(index), local.get(index));
    });
  });

  it('damage ends the video where it ends for the laptop run', async () => {
    const bytes = await readFile(film);
    const at = Math.floor(bytes.length * 0.6);
    for (let i = at; i < at + 3000; i++) bytes[i]! ^= 0x5a;
    const damaged = join(folder, 'damaged.mp4');
    await writeFile(damaged, bytes);
    const expected = await localWords(damaged);
    const end = expected.size - 1;
    assert.match(expected.get(end)!, /FF1011$/);
    assert.ok(end > 300 && end < 700, String(end));
    const found = await onMemory({ place: damaged, name: 'damaged.mp4' });
    assert.equal(found.words.get(end), expected.get(end));
    // pictures right before the damage may show it, as far as they refer to what comes later
    for (let index = 0; index < end - 4; index++) assert.equal(found.words.get(index), expected.get(index));
    assert.equal([...found.words.values()].filter((word) => word.endsWith('FF1011')).length, 1);
  });
});

/** Of the presentation times in a film with 25 pictures a second. */
async function unitsPerPicture(path: string): Promise<number> {
  return 1 / 25 / (await scanVideo(path, DEFAULT_LIMITS)).timeBase;
}
