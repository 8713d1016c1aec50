import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CliEnd, type CliEvent, type RunningCli, startCli } from '../fixtures/cli.ts';
import { childrenOf } from '../fixtures/cluster-job.ts';
import { commandOf } from '../fixtures/process-usage.ts';

/** A child of a run. */
export interface ClusterChild {
  readonly pid: number;
  readonly kind: 'conductor' | 'stage' | 'decode';
  /** Of a worker; 0 of the conductor. */
  readonly stage: number;
  readonly replica: number;
}

/** `facefleet cluster run` in a process of its own, and what it starts (Linux). */
export class ClusterRun {
  readonly jobFile: string;
  /** What its processes have in their environment on top of this one's. */
  readonly env: Readonly<Record<string, string>>;
  readonly #running: RunningCli;
  readonly #seen = new Set<number>();
  #frames = 0;
  #over = false;

  /** @param args of `cluster run` @param limitMs then it is killed */
  constructor(
    args: readonly string[],
    jobFile: string,
    env: Readonly<Record<string, string>>,
    limitMs?: number,
  ) {
    this.jobFile = jobFile;
    this.env = env;
    this.#running = startCli(
      ['cluster', 'run', ...args, '--job-file', jobFile, '-o', 'json'],
      undefined,
      env,
      limitMs,
    );
    this.#running.child.stdout!.on('data', (text: string) => {
      for (const [, frames] of text.matchAll(/"event":"progress".*?"frames":(\d+)/g))
        this.#frames = Number(frames);
    });
    void this.ended.then(() => {
      this.#over = true;
    });
  }

  get pid(): number {
    return this.#running.child.pid!;
  }

  get ended(): Promise<CliEnd> {
    return this.#running.ended;
  }

  /** Whether it has ended. */
  get over(): boolean {
    return this.#over;
  }

  /** As it said last, which it does once a second. */
  get frames(): number {
    return this.#frames;
  }

  /** Every child that was ever seen. */
  get seen(): readonly number[] {
    return [...this.#seen];
  }

  /** Its children of today. */
  children(kind?: ClusterChild['kind']): ClusterChild[] {
    const found: ClusterChild[] = [];
    for (const pid of childrenOfRunning(this.pid)) {
      const command = commandOf(pid);
      const [, name] = /\bworker (conductor|stage|decode)\b/.exec(command) ?? [];
      if (name === undefined) continue;
      this.#seen.add(pid);
      const place = (option: string): number =>
        Number(new RegExp(`--${option} (\\d+)`).exec(command)?.[1] ?? 0);
      const [stage, replica] = [place('stage'), place('replica')];
      found.push({ pid, kind: name as ClusterChild['kind'], stage, replica });
    }
    return kind === undefined ? found : found.filter((child) => child.kind === kind);
  }

  /** Waits until so many frames are done. @throws RunOver */
  async whenFrames(count: number): Promise<void> {
    await this.#until(() => (this.#frames >= count ? true : null));
  }

  /** Waits until there is a child of this kind; any of them. @throws RunOver */
  async whenChildren(kind: ClusterChild['kind']): Promise<ClusterChild[]> {
    return await this.#until(() => {
      const children = this.children(kind);
      return children.length > 0 ? children : null;
    });
  }

  async #until<T>(look: () => T | null): Promise<T> {
    for (;;) {
      if (this.#over) throw new RunOver();
      const found = look();
      if (found !== null) return found;
      await sleep(10);
    }
  }
}

/** The run was over before the harm could be done. */
export class RunOver extends Error {}

/** The last line that the process printed. */
export function lastLine({ stdout }: CliEnd): CliEvent | null {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  return last.startsWith('{') ? (JSON.parse(last) as CliEvent) : null;
}

/** What a process printed at its end, for reports. */
export function lastWords({ code, signal, stdout, stderr }: CliEnd): string {
  const last = stdout.trimEnd().split('\n').slice(-3).join('\n');
  return `exit code ${code ?? signal}\n${last}\n${stderr.slice(-3000)}`;
}

/** Whether a process is there and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

function childrenOfRunning(pid: number): number[] {
  try {
    return childrenOf(pid);
  } catch {
    return [];
  }
}
