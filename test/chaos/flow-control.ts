import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { openJetStreamBus } from '../../worker/bus/jetstream-bus.ts';
import { type Job, readJob } from '../../worker/cluster/job.ts';
import { laneOf, slotsOf } from '../../worker/cluster/lane-of.ts';
import { manyFrames } from '../fixtures/many-frames.ts';
import { processUsage } from '../fixtures/process-usage.ts';
import { startNatsServer } from '../servers/nats-server.ts';
import { natsSettings } from '../servers/nats-settings.ts';
import { ClusterRun, lastLine, lastWords } from './cluster-run.ts';

/** The work of the second stage on a frame; the first has next to none. */
const SLOW_MS = 8;
const LIMIT_MS = 60_000;
const LIMIT_PER_FRAME_MS = 5 * SLOW_MS;
const FRAME_BYTES = 20_000;
/** From here on memory is judged: caches have filled by then. */
const SETTLED_FRAMES = 4000;
/** What memory may grow by between a fifth of a long run and its end. */
const GROWTH_MIB = 48;
const NULL_ENGINE = new URL('../fixtures/null-engine.ts', import.meta.url).href;

/** What was seen of a run with a slow second stage. */
export interface FlowOutcome {
  readonly faults: readonly string[];
  readonly notes: readonly string[];
  readonly seconds: number;
}

/**
 * A cluster run of two stages that work on no image, the second one slowly. Meanwhile the server is asked again and again how many messages
 * each lane holds, and the memory of all processes is looked at.
 */
export async function flowControl(folder: string, frames: number): Promise<FlowOutcome> {
  const startMs = performance.now();
  await using nats = await startNatsServer();
  const source = await manyFrames(join(folder, 'frames'), frames, FRAME_BYTES);
  const plan = join(folder, 'plan.json');
  const stages = [['detect'], ['align', 'mask_0']].map((roles) => ({ roles, groups: [{ replicas: 1 }] }));
  await writeFile(plan, JSON.stringify({ passes: [{ stages }] }));
  const args = [source, join(folder, 'out'), '--masker', 'components', '--plan', plan, '--nats', nats.url];
  const jobFile = join(folder, 'job.json');
  const env = {
    // V8 lets its young generation grow to some 100 MiB when much passes through it, which would hide a leak
    NODE_OPTIONS: `--max-semi-space-size=4 --import ${NULL_ENGINE}`,
    FACEFLEET_TEST_WORK_MS: JSON.stringify({ align: SLOW_MS, faces: 1 }),
  };
  const run = new ClusterRun(args, jobFile, env, LIMIT_MS + LIMIT_PER_FRAME_MS * frames);
  await run.whenChildren('stage');
  const job = await readJob(jobFile);
  const [lanes, memory] = await Promise.all([watchLanes(run, nats.url, job), watchMemory(run, nats.pid)]);
  const end = await run.ended;
  const faults: string[] = [];
  if (end.code !== 0 || lastLine(end)?.frames !== frames) faults.push(lastWords(end));
  const slots = slotsOfJob(job);
  for (const [lane, { most }] of lanes)
    if (most > (slots.get(lane) ?? 256)) faults.push(`${lane} held ${most} messages`);
  const slow = lanes.get('p0-s1-r0');
  const fullShare = (slow?.full ?? 0) / Math.max(1, slow?.samples ?? 0);
  if (fullShare < 0.3)
    faults.push(`the slow stage's lane was full in ${percent(fullShare)} of the samples only`);
  const settled = memory.filter((sample) => sample.frames >= Math.max(SETTLED_FRAMES, frames / 5));
  const [from, to] = [settled.at(0), settled.at(-1)];
  if (from !== undefined && to !== undefined)
    for (const name of Object.keys(from.rssMiB) as (keyof MemorySample['rssMiB'])[]) {
      const growthMiB = to.rssMiB[name] - from.rssMiB[name];
      if (growthMiB > GROWTH_MIB) faults.push(`${name} grew by ${growthMiB.toFixed(0)} MiB`);
    }
  const held = [...lanes].map(
    ([lane, { most, samples }]) => `${lane} ${most} of ${slots.get(lane) ?? 256} (${samples} samples)`,
  );
  const notes = [
    `${frames} frames; most messages: ${held.join(', ')}; the slow lane full in ${percent(fullShare)}`,
    ...tenths(memory).map(
      ({ frames: done, rssMiB }) =>
        `RSS at ${done} frames: ${Object.entries(rssMiB)
          .map(([name, mebibytes]) => `${name} ${mebibytes.toFixed(0)}`)
          .join(', ')} MiB`,
    ),
  ];
  return { faults, notes, seconds: (performance.now() - startMs) / 1000 };
}

interface LaneSeen {
  most: number;
  full: number;
  samples: number;
}

function slotsOfJob({ passes }: Job): Map<string, number> {
  const slots = new Map<string, number>();
  for (const [pass, { stages }] of passes.entries())
    for (const [stage, { workers }] of stages.entries())
      for (const [replica, worker] of workers.entries())
        slots.set(laneOf({ pass, stage, replica }), slotsOf(worker));
  return slots;
}

async function watchLanes(run: ClusterRun, url: string, job: Job): Promise<Map<string, LaneSeen>> {
  const slots = slotsOfJob(job);
  const seen = new Map<string, LaneSeen>();
  await using bus = await openJetStreamBus(job.extraction, natsSettings(url), pino({ level: 'silent' }));
  while (!run.over) {
    for (const { lane, waiting, inWork } of await bus.depths()) {
      const about = seen.get(lane) ?? { most: 0, full: 0, samples: 0 };
      seen.set(lane, about);
      about.most = Math.max(about.most, waiting + inWork);
      about.samples += 1;
      if (waiting + inWork === slots.get(lane)) about.full += 1;
    }
    await sleep(20);
  }
  return seen;
}

interface MemorySample {
  readonly frames: number;
  readonly rssMiB: Readonly<Record<'conductor' | 'stage 0' | 'stage 1' | 'server', number>>;
}

async function watchMemory(run: ClusterRun, server: number): Promise<MemorySample[]> {
  const samples: MemorySample[] = [];
  while (!run.over) {
    const children = run.children();
    const rss = (kind: 'conductor' | 'stage', stage = 0): number => {
      const child = children.find((each) => each.kind === kind && each.stage === stage);
      return child === undefined ? 0 : processUsage(child.pid).rssMiB;
    };
    const rssMiB = {
      conductor: rss('conductor'),
      'stage 0': rss('stage', 0),
      'stage 1': rss('stage', 1),
      server: processUsage(server).rssMiB,
    };
    if (Object.values(rssMiB).every((mebibytes) => mebibytes > 0))
      samples.push({ frames: run.frames, rssMiB });
    await sleep(200);
  }
  return samples;
}

/** About ten samples, the last one among them. */
function tenths(samples: readonly MemorySample[]): MemorySample[] {
  const step = Math.max(1, Math.ceil(samples.length / 5));
  return samples.filter((_, i) => (samples.length - 1 - i) % step === 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
