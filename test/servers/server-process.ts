import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { diesWithParent } from './dies-with-parent.ts';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
const LOG_TAIL_CHARS = 4000;

/** How a server is started. */
export interface ServerCommand {
  /** Named in errors. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Its stdout and stderr are appended to this file. */
  readonly log: string;
  /** A minute when absent. */
  readonly readyWithinMs?: number;
}

/** A server of this machine that ends with this process, however this one ends (Linux). */
export class ServerProcess {
  readonly #command: ServerCommand;
  #child: ChildProcess | null = null;

  constructor(command: ServerCommand) {
    this.#command = command;
  }

  /** Starts it, and waits until `ready` holds. @throws Error with the end of its log when it ends or is not ready in time */
  async start(ready: () => Promise<boolean>): Promise<void> {
    const { name, program, args, log, readyWithinMs = READY_WITHIN_MS } = this.#command;
    const output = openSync(log, 'a');
    const [word, ...words] = diesWithParent([program, ...args]);
    const child = spawn(word!, words, { stdio: ['ignore', output, output] });
    closeSync(output);
    this.#child = child;
    const orphan = (): void => void child.kill('SIGKILL');
    process.once('exit', orphan);
    child.once('exit', () => process.off('exit', orphan));
    let failure: string | null = null;
    child.once('error', (error) => {
      failure = error.message;
    });
    child.once('exit', (code, signal) => {
      failure ??= `ended with ${code ?? signal}`;
    });
    for (const endMs = Date.now() + readyWithinMs; !(await ready()); await sleep(50)) {
      if (failure === null && Date.now() > endMs) failure = 'is not ready in time';
      if (failure !== null) {
        await this.kill();
        const tail = (await readFile(log, 'utf8')).slice(-LOG_TAIL_CHARS);
        throw new Error(`${name} ${failure}: ${tail}`);
      }
    }
    child.unref();
  }

  /** SIGTERM, and SIGKILL when that does not help. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null || child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
      return;
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.ref();
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exit;
    clearTimeout(late);
  }
}
