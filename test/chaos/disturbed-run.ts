import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { runCli } from '../fixtures/cli.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { startNatsServer } from '../servers/nats-server.ts';
import { TcpGate } from '../servers/tcp-gate.ts';
import { ClusterRun, isAlive, lastLine, lastWords, RunOver } from './cluster-run.ts';
import { faultsOf } from './expected.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { type Baseline, FRAMES } from './suite-input.ts';

/** A run that takes longer hangs. */
const LIMIT_MS = 300_000;
const TWO_PASSES = 'two passes';
const CRASH_ON_DECODE = new URL('../fixtures/crash-on-decode.ts', import.meta.url).href;

/** What became of one disturbed run. */
export interface Outcome {
  readonly notes: readonly string[];
  /** None: the output is that of an undisturbed run. */
  readonly faults: readonly string[];
  readonly seconds: number;
  /** True when it was over before anything could be disturbed. */
  readonly missed: boolean;
}

export interface DisturbedRunOptions {
  readonly scenario: Scenario;
  readonly baseline: Baseline;
  /** Of the S3 server, where the baseline is in a bucket. */
  readonly endpoint: string;
  /** For jobs. */
  readonly folder: string;
  readonly name: string;
  readonly seed: string;
}

/** Runs an extraction with servers of its own, disturbs it, and looks at what it leaves. */
export async function disturbedRun(options: DisturbedRunOptions): Promise<Outcome> {
  const { scenario, baseline, endpoint, folder, name, seed } = options;
  const { place, undisturbed, frames, args } = baseline;
  const startMs = performance.now();
  const random = new Random(seed);
  const notes: string[] = [];
  const deadly = deadlyKeys(random, scenario.deadlyFrames ?? 0);
  await using nats = await startNatsServer();
  await using gate = await TcpGate.open(nats.port);
  const s3 = place.kind === 's3' ? new FaultProxy(endpoint) : null;
  await s3?.open();
  const output = place.outputOf(name);
  const planned = random.chance(0.3) ? await inTwoPasses(folder, args) : args;
  if (planned !== args) notes.push(TWO_PASSES);
  const env = {
    NATS_URL: `nats://127.0.0.1:${gate.port}`,
    ...(s3 && { AWS_ENDPOINT_URL_S3: s3.url }),
    ...(deadly.length > 0 && {
      NODE_OPTIONS: `--import ${CRASH_ON_DECODE}`,
      FACEFLEET_TEST_CRASH_ON: deadly.join(),
    }),
  };
  const runs: ClusterRun[] = [];
  const start = (): ClusterRun => {
    const jobFile = join(folder, `${name}-${runs.length}.json`);
    const run = new ClusterRun([place.source, output, ...planned], jobFile, env);
    runs.push(run);
    return run;
  };
  const cluster = start();
  let hangs = false;
  const late = setTimeout(() => {
    hangs = true;
    notes.push('killed because it hangs');
    for (const { pid } of runs.flatMap((run) => [run, ...run.children()]))
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }, LIMIT_MS);
  const end = (faults: string[], missed = false): Outcome => ({
    notes,
    faults,
    seconds: (performance.now() - startMs) / 1000,
    missed,
  });
  try {
    const note = (text: string): void => void notes.push(text);
    const disturbing = scenario.disturb({ cluster, nats, gate, s3, random, note, again: start });
    const missed = await disturbing.then(
      () => false,
      (error: unknown) => {
        if (error instanceof RunOver) return true;
        throw error;
      },
    );
    const last = await runs.at(-1)!.ended;
    if (hangs) return end([`it hung: ${lastWords(await runs[0]!.ended)}`]);
    const event = lastLine(last);
    const code = deadly.length > 0 ? 3 : 0;
    if (last.code !== code || event?.event !== 'complete')
      return end([`not ${code}, but ${lastWords(last)}`]);
    // what was harmed late may have been done already
    if (missed && notes.every((text) => text === TWO_PASSES)) return end([], true);
    const faults = faultsOf(await place.read(output), undisturbed, deadly);
    if (event.frames !== frames || event.failed !== deadly.length)
      faults.push(`it says ${event.frames} frames, ${event.failed} failed`);
    faults.push(...(await leftOnBus(nats.url)), ...(await leftRunning(runs)));
    const verified = await runCli(
      ['verify', output],
      undefined,
      endpoint ? { AWS_ENDPOINT_URL_S3: endpoint } : {},
    );
    if (verified.code !== 0) faults.push(`verify: ${lastWords(verified)}`);
    return end(faults);
  } catch (error) {
    return end([error instanceof Error ? (error.stack ?? error.message) : String(error)]);
  } finally {
    clearTimeout(late);
    for (const { pid } of runs.flatMap((run) => [run, ...run.children()]))
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await Promise.all(runs.map((run) => run.ended));
    await s3?.close();
  }
}

/** The arguments of a run that finds the faces in a first pass, and aligns and masks them in a second one. */
async function inTwoPasses(folder: string, args: readonly string[]): Promise<string[]> {
  const plan = join(folder, 'two-passes.json');
  const pass = (...roles: string[]) => ({ stages: [{ roles, groups: [{ replicas: 2 }] }] });
  await writeFile(plan, JSON.stringify({ passes: [pass('detect'), pass('align', 'mask_0')] }));
  const workers = args.indexOf('--workers');
  return [...args.toSpliced(workers, 2), '--plan', plan];
}

function deadlyKeys(random: Random, count: number): string[] {
  const keys = new Set<string>();
  while (keys.size < count) keys.add(`photo-${String(random.whole(0, FRAMES - 1)).padStart(3, '0')}.jpg`);
  return [...keys].sort();
}

/** Lanes that nobody removed. */
async function leftOnBus(url: string): Promise<string[]> {
  const connection = await connect({ servers: url });
  try {
    const names = await (await jetstreamManager(connection)).streams.names().next();
    return names.map((name) => `${name} is left on the bus`);
  } finally {
    await connection.close();
  }
}

/** Processes that outlive their run. */
async function leftRunning(runs: readonly ClusterRun[]): Promise<string[]> {
  const pids = runs.flatMap(({ seen }) => seen);
  for (let i = 0; i < 100 && pids.some(isAlive); i++) await sleep(100);
  return pids.filter(isAlive).map((pid) => `process ${pid} is left`);
}
