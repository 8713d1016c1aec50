import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { type DevState, readDevState, removeDevState, writeDevState } from './dev-state.ts';

/** The port that NATS's tools assume. */
export const NATS_PORT = 4222;
const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 10_000;
/** Frames of up to 8 MiB travel in messages; above that the server warns. */
const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;
const INSTALL =
  'nats-server: `apt-get install nats-server`, `brew install nats-server`, or a download from https://github.com/nats-io/nats-server/releases';

/**
 * Starts a nats-server with JetStream on 127.0.0.1 that outlives this process and keeps its data in `folder`.
 * @param folder exists
 * @throws FacefleetError FF5005 when there is no nats-server, FF6010 when it does not come up
 */
export async function startDevNats(folder: string, port: number): Promise<DevState> {
  // it would answer in place of the new one, which ends a moment later
  if ((await natsInfo(port)) !== null) {
    throw new FacefleetError('FF6010', `another NATS server listens on 127.0.0.1:${port} already`);
  }
  const log = join(folder, 'nats.log');
  const config = join(folder, 'nats.conf');
  await writeFile(config, configuration(folder, port));
  const logFile = await open(log, 'w');
  let child: ChildProcess;
  try {
    child = spawn('nats-server', ['-c', config], {
      detached: true,
      stdio: ['ignore', logFile.fd, logFile.fd],
    });
    await once(child, 'spawn');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new FacefleetError('FF5005', INSTALL);
    throw new FacefleetError('FF6010', `nats-server: ${String(error)}`, { cause: error });
  } finally {
    await logFile.close();
  }
  const pid = child.pid ?? 0;
  try {
    const state = await writeDevState(folder, { url: `nats://127.0.0.1:${port}`, port, log }, pid);
    await ready(child, port, log);
    child.unref();
    return state;
  } catch (error) {
    child.kill('SIGKILL');
    await removeDevState(folder);
    throw error;
  }
}

/** Stops the server that `folder` names. Says whether one ran. */
export async function stopDevNats(folder: string): Promise<boolean> {
  const state = await readDevState(folder);
  if (state !== null) {
    const { pid } = state.process;
    kill(pid, 'SIGTERM');
    const untilMs = performance.now() + STOP_WITHIN_MS;
    while (performance.now() < untilMs && (await readDevState(folder)) !== null) await sleep(50);
    if ((await readDevState(folder)) !== null) kill(pid, 'SIGKILL');
  }
  await removeDevState(folder);
  return state !== null;
}

/** Removes what the server stored. It must not run. */
export async function removeDevNatsData(folder: string): Promise<void> {
  for (const name of ['jetstream', 'nats.conf', 'nats.log']) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function configuration(folder: string, port: number): string {
  return [
    'host: 127.0.0.1',
    `port: ${port}`,
    'server_name: facefleet-dev',
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    `jetstream { store_dir: ${JSON.stringify(join(folder, 'jetstream'))} }`,
    '',
  ].join('\n');
}

async function ready(child: ChildProcess, port: number, log: string): Promise<void> {
  const untilMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new FacefleetError('FF6010', `nats-server ended at once: ${await lastLine(log)}`);
    }
    const info = await natsInfo(port);
    if (info?.jetstream && info.server_name === 'facefleet-dev') return;
    if (performance.now() > untilMs) {
      throw new FacefleetError(
        'FF6010',
        `nats-server is not ready after ${READY_WITHIN_MS / 1000} s; see ${log}`,
      );
    }
    await sleep(50);
  }
}

const infoLine = z.object({ server_name: z.string(), jetstream: z.boolean().default(false) });

/** What the NATS server at this port says of itself; null when none answers. */
export async function natsInfo(port: number): Promise<z.infer<typeof infoLine> | null> {
  const socket = connect(port, '127.0.0.1').setTimeout(1000, () => socket.destroy());
  let text = '';
  try {
    for await (const chunk of socket) {
      text += String(chunk);
      const line = /^INFO (.*)\r\n/.exec(text)?.[1];
      if (line !== undefined) return infoLine.parse(JSON.parse(line));
      if (text.length > 100_000) return null;
    }
    return null;
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}

async function lastLine(log: string): Promise<string> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n');
  return lines.at(-1) || `see ${log}`;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
