import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN } from '../fixtures/cli.ts';
import type { ControllerAccount } from './controller-account.ts';
import { ContainerProcess } from './kubelet/container-process.ts';
import { listenPort } from './kubelet/listen-port.ts';

export interface ControllerOptions {
  readonly account: ControllerAccount;
  /** Where its Lease is. */
  readonly namespace: string;
  readonly natsUrl: string;
  /** For its kubeconfig and its log. */
  readonly folder: string;
  /** Tells apart the controllers of a folder; its identity. */
  readonly name: string;
  /** Further options of `facefleet controller`. */
  readonly args?: readonly string[];
}

const READY_WITHIN_MS = 60_000;

/** `facefleet controller` as a process of this machine, with the rights of its account. It can be started again and again. */
export class ControllerProcess {
  readonly log: string;
  readonly #options: ControllerOptions;
  #process: ContainerProcess | null = null;
  #port = 0;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.log = join(options.folder, `${options.name}.log`);
  }

  get account(): ControllerAccount {
    return this.#options.account;
  }

  /** What it has logged so far, in all its lives. */
  get logged(): string {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8') : '';
  }

  get running(): boolean {
    return this.#process !== null && !this.#process.over;
  }

  /** Settled when the process runs; see `ready`. */
  async start(): Promise<void> {
    const { account, namespace, natsUrl, folder, name, args = [] } = this.#options;
    const kubeconfig = join(folder, `${name}.kubeconfig`);
    await writeFile(kubeconfig, account.config.exportConfig(), { mode: 0o600 });
    this.#port = await listenPort();
    const { PATH = '', HOME = '' } = process.env;
    const options = [
      `--listen=127.0.0.1:${this.#port}`,
      `--lease-namespace=${namespace}`,
      '--image=facefleet:test',
      '--gpu-image=facefleet:test-gpu',
      '--grace=10',
      '--ack-wait=3',
      '--conductor-cores=0.2',
      '--conductor-memory-mib=256',
      ...args,
    ];
    this.#process = new ContainerProcess({
      words: [process.execPath, BIN, 'controller', ...options],
      env: { PATH, HOME, POD_NAME: name, NATS_URL: natsUrl, KUBECONFIG: kubeconfig },
      cwd: folder,
      log: this.log,
    });
  }

  /** Waits until it says that it is ready. @throws Error with the end of its log when it ends before */
  async ready(): Promise<void> {
    for (const endMs = Date.now() + READY_WITHIN_MS; ; await sleep(100)) {
      const answer = await fetch(`http://127.0.0.1:${this.#port}/readyz`).catch(() => null);
      if (answer?.ok) return;
      if (!this.running) throw new Error(`the controller ended: ${this.logged.slice(-3000)}`);
      if (Date.now() > endMs) throw new Error(`the controller is not ready: ${this.logged.slice(-3000)}`);
    }
  }

  /** What `/metrics` says. */
  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.#port}/metrics`)).text();
  }

  /** Ends it and waits for its end. @returns its exit code, 128 and the signal's number when it did not end by itself */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const running = this.#process;
    if (running === null) return null;
    running.signal(signal);
    const { exitCode } = await running.ended;
    return exitCode;
  }
}
