import { readFileSync } from 'node:fs';
import { type CliEnd, type CliEvent, type RunningCli, startCli } from '../fixtures/cli.ts';
import { childrenOf } from '../fixtures/cluster-job.ts';
import { allProcesses, commandOf, type ProcessUsage, processUsage } from '../fixtures/process-usage.ts';

const SAMPLE_EVERY_MS = 100;
const LIMIT_MS = 1_800_000;

/** What a group of processes has used. */
export interface GroupUsage {
  readonly cpuMs: number;
  /** Largest of one process. */
  readonly rssMiB: number;
}

/** How a run of the command line went. */
export interface MeasuredRun {
  readonly summary: CliEvent;
  readonly seconds: number;
  /** Frames per second, process start and end included. */
  readonly rate: number;
  /** Frames per second from the first progress report with frames to the end. */
  readonly steadyRate: number;
  /** By name: `parent`, `conductor`, `worker` and the servers. */
  readonly usage: ReadonlyMap<string, GroupUsage>;
}

/**
 * Runs `facefleet ARGS -o json` and watches its processes (Linux).
 * @param servers pids by the name under which they are reported
 * @throws Error when it does not end with 0
 */
export async function measuredRun(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  servers: ReadonlyMap<string, readonly number[]> = new Map(),
): Promise<MeasuredRun> {
  const startMs = performance.now();
  const meter = new Meter(servers);
  const running = startCli([...args, '-o', 'json'], undefined, env, LIMIT_MS);
  const progress = firstProgress(running);
  const timer = setInterval(() => meter.look(running.child.pid!), SAMPLE_EVERY_MS);
  const end = await running.ended;
  clearInterval(timer);
  const endMs = performance.now();
  const summary = summaryOf(end);
  const { frames } = summary;
  const first = progress() ?? { frames: 0, atMs: startMs };
  return {
    summary,
    seconds: (endMs - startMs) / 1000,
    rate: (1000 * frames) / (endMs - startMs),
    steadyRate: (1000 * (frames - first.frames)) / (endMs - first.atMs),
    usage: meter.groups(),
  };
}

/** The processes of an S3 server of the tests that listens there, as far as they can be told. */
export function s3Processes(endpoint: string): number[] {
  const { port } = new URL(endpoint);
  return allProcesses().filter((pid) => {
    const file = /^(?:radosgw|ceph-\w+) .*?-c (\S+ceph\.conf)/.exec(commandOf(pid))?.[1];
    if (file === undefined) return false;
    try {
      return readFileSync(file, 'utf8').includes(`endpoint=127.0.0.1:${port}`);
    } catch {
      return false;
    }
  });
}

/** Gathers the usage of processes that come and go. */
class Meter {
  readonly #servers: ReadonlyMap<string, readonly number[]>;
  readonly #before = new Map<number, number>();
  readonly #latest = new Map<number, ProcessUsage>();
  readonly #groupOf = new Map<number, string>();

  constructor(servers: ReadonlyMap<string, readonly number[]>) {
    this.#servers = servers;
    for (const [name, pids] of servers) {
      for (const pid of pids) {
        this.#before.set(pid, processUsage(pid).cpuMs);
        this.#groupOf.set(pid, name);
      }
    }
  }

  look(parent: number): void {
    this.#note(parent, 'parent');
    for (const pid of children(parent)) {
      const [, kind] = /\bworker (conductor|stage)\b/.exec(commandOf(pid)) ?? [];
      if (kind !== undefined) this.#note(pid, kind === 'stage' ? 'worker' : kind);
    }
    for (const [name, pids] of this.#servers) for (const pid of pids) this.#note(pid, name);
  }

  groups(): Map<string, GroupUsage> {
    const groups = new Map<string, GroupUsage>();
    for (const [pid, { cpuMs, peakRssMiB }] of this.#latest) {
      const name = this.#groupOf.get(pid)!;
      const { cpuMs: sum = 0, rssMiB = 0 } = groups.get(name) ?? {};
      const ownMs = cpuMs - (this.#before.get(pid) ?? 0);
      groups.set(name, { cpuMs: sum + ownMs, rssMiB: Math.max(rssMiB, peakRssMiB) });
    }
    return groups;
  }

  #note(pid: number, group: string): void {
    const usage = processUsage(pid);
    if (usage.rssMiB === 0) return;
    this.#groupOf.set(pid, group);
    this.#latest.set(pid, usage);
  }
}

function children(pid: number): number[] {
  try {
    return childrenOf(pid);
  } catch {
    return [];
  }
}

function summaryOf(end: CliEnd): CliEvent {
  const last = end.stdout.trimEnd().split('\n').at(-1);
  if (end.code !== 0 || last === undefined)
    throw new Error(`exit code ${end.code}\n${end.stdout}${end.stderr}`);
  return JSON.parse(last) as CliEvent;
}

/** Remembers the first progress report that has frames. */
function firstProgress({ child }: RunningCli): () => { frames: number; atMs: number } | null {
  let first: { frames: number; atMs: number } | null = null;
  child.stdout!.on('data', (text: string) => {
    const frames = Number(/"event":"progress".*?"frames":(\d+)/.exec(text)?.[1] ?? 0);
    if (frames > 0) first ??= { frames, atMs: performance.now() };
  });
  return () => first;
}
