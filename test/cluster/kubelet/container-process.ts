import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { diesWithParent } from '../../servers/dies-with-parent.ts';

/** How a process ended, as a container runtime reports it. */
export interface ProcessEnd {
  /** 128 and the signal's number when it was ended by one. */
  readonly exitCode: number;
  /** Why it could not be started; null when it could. */
  readonly failure: string | null;
}

/** What a container runs. */
export interface ProcessCommand {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Its stdout and stderr are appended to this file. */
  readonly log: string;
}

const running = new Set<ContainerProcess>();
process.once('exit', () => {
  for (const each of running) each.signal('SIGKILL');
});

/** A local process in place of a container: a process group of its own, which ends with this process. */
export class ContainerProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly startedAt = new Date();
  readonly #pid: number | undefined;
  #over = false;

  constructor({ words, env, cwd, log }: ProcessCommand) {
    const output = openSync(log, 'a');
    const [word, ...rest] = diesWithParent(words);
    const child = spawn(word!, rest, {
      env,
      cwd,
      stdio: ['ignore', output, output],
      detached: true,
    });
    closeSync(output);
    this.#pid = child.pid;
    running.add(this);
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    child.once('error', (error) => resolve({ exitCode: 128, failure: error.message }));
    child.once('exit', (code, signal) => {
      this.#over = true;
      resolve({ exitCode: code ?? 128 + constants.signals[signal!], failure: null });
    });
    this.ended = promise.finally(() => running.delete(this));
  }

  get over(): boolean {
    return this.#over;
  }

  /** To it and all that it started. */
  signal(signal: NodeJS.Signals): void {
    if (this.#pid === undefined || this.#over) return;
    try {
      process.kill(-this.#pid, signal);
    } catch {
      // it has ended meanwhile
    }
  }
}
