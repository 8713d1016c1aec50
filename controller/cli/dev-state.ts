import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ownProcess, processState, startOf } from '../../worker/store/process-identity.ts';

/** The local server that `facefleet dev up` started. */
export const devState = z.object({
  url: z.string(),
  port: z.int().min(1).max(65_535),
  log: z.string(),
  process: z.object({
    host: z.string(),
    boot: z.string(),
    pidSpace: z.string(),
    pid: z.int().positive(),
    started: z.string(),
  }),
});
export type DevState = z.infer<typeof devState>;

const FILE = 'nats.json';

/** Where the local servers keep their data unless told otherwise: below the user's state folder. */
export function devFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'facefleet', 'dev');
}

/** What runs according to `folder`; null when nothing does, and when what is written there is not ours. */
export async function readDevState(folder: string): Promise<DevState | null> {
  let text: string;
  try {
    text = await readFile(join(folder, FILE), 'utf8');
  } catch {
    return null;
  }
  try {
    const state = devState.parse(JSON.parse(text));
    return processState(state.process) === 'alive' ? state : null;
  } catch {
    return null;
  }
}

/** Notes that the process `pid` runs the server. */
export async function writeDevState(
  folder: string,
  server: Omit<DevState, 'process'>,
  pid: number,
): Promise<DevState> {
  const state = { ...server, process: { ...ownProcess(), pid, started: startOf(pid) } };
  const tmp = join(folder, `${FILE}.new`);
  await writeFile(tmp, `${JSON.stringify(state, null, 2)}\n`);
  await rename(tmp, join(folder, FILE));
  return state;
}

/** Notes that nothing runs. */
export async function removeDevState(folder: string): Promise<void> {
  await rm(join(folder, FILE), { force: true });
}
