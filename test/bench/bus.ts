import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { Bus, Lane } from '../../worker/bus/bus.ts';
import { openJetStreamBus } from '../../worker/bus/jetstream-bus.ts';
import { type ProcessUsage, processUsage } from '../fixtures/process-usage.ts';
import { startNatsServer, withoutNatsServer } from '../servers/nats-server.ts';
import { natsSettings } from '../servers/nats-settings.ts';

/**
 * npm run bench:bus [-- FRAMES]: what the bus alone costs. One sender, one worker (a process of its own) that works 20 ms on each
 * frame, and a nats-server: frames per second against the ideal of 50, the share of its time that the worker was at work (what is
 * missing is transport; the timer of 20 ms itself is late on a busy machine), CPU time of all three processes, and the most messages
 * that the server ever held in the lane. With `-- FRAMES long`: one size, with the memory of sender, worker and server over time.
 */
const WORK_MS = 20;
const SLOTS = 2;
const RUNS = 3;

if (process.argv[2] === 'worker') await work(process.argv[3]!, process.argv[4]!, Number(process.argv[5]));
else if (withoutNatsServer) console.log(withoutNatsServer);
else await main(Number(process.argv[2] ?? 200), process.argv[3] === 'long');

function open(url: string, extraction: string): Promise<Bus> {
  return openJetStreamBus(extraction, natsSettings(url), pino({ level: 'silent' }));
}

async function work(url: string, extraction: string, workMs: number): Promise<void> {
  await using bus = await open(url, extraction);
  const lane = await bus.openLane('lane', { slots: SLOTS });
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  console.log('ready');
  let busyMs = 0;
  let startMs = 0;
  let endMs = 0;
  for (;;) {
    const delivery = await lane.next({ signal: stop.signal }).catch(() => null);
    if (delivery === null) break;
    const beginMs = performance.now();
    startMs ||= beginMs;
    await sleep(workMs);
    endMs = performance.now();
    busyMs += endMs - beginMs;
    // the next frame is taken while this ack is under way
    void delivery.ack();
  }
  console.log(`busy ${busyMs / (endMs - startMs)}`);
}

async function main(frames: number, long: boolean): Promise<void> {
  if (long) {
    await run(frames, 300_000, 0, true);
    return;
  }
  for (const megabytes of [1, 4]) {
    let best: Run | null = null;
    for (let i = 0; i < RUNS; i++) {
      const one = await run(frames, megabytes * 1_000_000, WORK_MS, false);
      if (best === null || one.rate > best.rate) best = one;
    }
    const { rate, busy, cpuMs, mostInLane } = best!;
    const share = ((100 * rate * WORK_MS) / 1000).toFixed(0);
    console.log(
      `${megabytes} MB: ${rate.toFixed(1)} frames/s of ${1000 / WORK_MS} (${share} %), worker at work ${(100 * busy).toFixed(1)} %, CPU per frame: ` +
        `server ${cpuMs.server.toFixed(1)}, sender ${cpuMs.sender.toFixed(1)}, worker ${cpuMs.worker.toFixed(1)} ms; ` +
        `at most ${mostInLane} of ${SLOTS} slots; best of ${RUNS} runs of ${frames} frames`,
    );
  }
}

interface Run {
  readonly rate: number;
  /** 0..1 */
  readonly busy: number;
  readonly cpuMs: { readonly server: number; readonly sender: number; readonly worker: number };
  readonly mostInLane: number;
}

async function run(frames: number, bytes: number, workMs: number, report: boolean): Promise<Run> {
  await using server = await startNatsServer();
  await using bus = await open(server.url, 'bench');
  const lane = await bus.openLane('lane', { slots: SLOTS });
  const file = new URL(import.meta.url).pathname;
  const worker = spawn(process.execPath, [file, 'worker', server.url, 'bench', String(workMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(worker.stdout, 'data');
  const payload = new Uint8Array(bytes).map((_, i) => (i * 2654435761) >>> 24);
  const pids = { server: server.pid, sender: process.pid, worker: worker.pid! };
  const usage = (): ProcessUsage[] => Object.values(pids).map(processUsage);

  const watch = watchLane(lane);
  const before = usage();
  const start = performance.now();
  for (let i = 0; i < frames; i++) {
    await bus.send([lane], { id: String(i), payload });
    if (report && (i + 1) % Math.ceil(frames / 10) === 0) {
      const [s, c, w] = usage().map(({ rssMiB }) => rssMiB.toFixed(0));
      console.log(`${i + 1} frames: RSS server ${s}, sender ${c}, worker ${w} MiB`);
    }
  }
  while ((await lane.depth()).inWork + (await lane.depth()).waiting > 0) await sleep(2);
  const seconds = (performance.now() - start) / 1000;
  const after = usage();
  const mostInLane = await watch.stop();
  let said = '';
  worker.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  worker.kill('SIGTERM');
  await once(worker, 'close');
  const busy = Number(/busy (\S+)/.exec(said)?.[1]);
  if (report)
    console.log(`${(frames / seconds).toFixed(0)} frames/s, at most ${mostInLane} of ${SLOTS} slots`);
  const [s, c, w] = after.map(({ cpuMs }, i) => (cpuMs - before[i]!.cpuMs) / frames);
  return { rate: frames / seconds, busy, cpuMs: { server: s!, sender: c!, worker: w! }, mostInLane };
}

/** Asks the server every 20 ms how many messages the lane holds. */
function watchLane(lane: Lane): { stop(): Promise<number> } {
  let most = 0;
  let watching = true;
  const done = (async () => {
    while (watching) {
      const { waiting, inWork } = await lane.depth();
      most = Math.max(most, waiting + inWork);
      await sleep(20);
    }
  })();
  return {
    stop: async () => {
      watching = false;
      await done;
      return most;
    },
  };
}
