import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 10_000;

export interface NatsServerOptions {
  /** More lines of configuration: authorization, tls, cluster, … */
  readonly config?: string;
  /** False: a server without JetStream. */
  readonly jetstream?: boolean;
  readonly maxPayloadBytes?: number;
  readonly name?: string;
}

/** A real nats-server of this machine with a folder of its own, on 127.0.0.1. */
export interface NatsServer {
  readonly port: number;
  readonly url: string;
  /** Where it keeps everything; `nats.conf` is read at every start. */
  readonly folder: string;
  /** Changes with every start. */
  readonly pid: number;
  /** SIGTERM: ends in order. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Again on the same port, with what lies in the same folder. */
  start(): Promise<void>;
  /** Kills it and removes its folder. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Why tests of NATS cannot run here, or false: the value of a test's `skip`. */
export const withoutNatsServer: string | false =
  spawnSync('nats-server', ['--version']).status === 0
    ? false
    : 'nats-server is not installed (Debian: apt-get install nats-server)';

export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'facefleet-nats-'));
  const port = await freePort();
  const file = join(folder, 'nats.conf');
  await writeFile(file, configuration(port, folder, options));
  let child = await spawnServer(file);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exit;
    clearTimeout(late);
  };
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    folder,
    get pid() {
      return child.pid!;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    start: async () => {
      child = await spawnServer(file);
    },
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function configuration(port: number, folder: string, options: NatsServerOptions): string {
  const { config = '', jetstream = true, maxPayloadBytes = 8 * 1024 * 1024, name = 'test' } = options;
  return [
    `host: 127.0.0.1`,
    `port: ${port}`,
    `server_name: ${name}`,
    `max_payload: ${maxPayloadBytes}`,
    jetstream ? `jetstream { store_dir: ${JSON.stringify(join(folder, 'store'))} }` : '',
    config,
  ].join('\n');
}

async function spawnServer(file: string): Promise<ChildProcess> {
  const child = spawn('nats-server', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const orphan = (): void => void child.kill('SIGKILL');
  process.once('exit', orphan);
  child.once('exit', () => process.off('exit', orphan));
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const settle = (failure: string | null): void => {
      clearTimeout(late);
      child.off('error', onError).off('exit', onExit);
      if (failure === null) resolve();
      else {
        child.kill('SIGKILL');
        reject(new Error(`nats-server ${failure}: ${log}`));
      }
    };
    const onError = (error: Error): void => settle(error.message);
    const onExit = (code: number | null): void => settle(`ended with ${code}`);
    const late = setTimeout(() => settle('is not ready in time'), READY_WITHIN_MS);
    child.once('error', onError).once('exit', onExit);
    child.stderr!.on('data', (chunk) => {
      // read on for as long as it runs, so that it never waits for a reader
      if (log.length < 20_000) log += String(chunk);
      if (log.includes('Server is ready')) settle(null);
    });
  });
  child.unref();
  return child;
}
