import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

const SCRIPT = fileURLToPath(new URL('rgw.sh', import.meta.url));
const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph', 'ceph-mon', 'ceph-osd', 'monmaptool'];

const STARTS = 3;

/** An S3 server that runs for tests. */
export interface S3Server {
  /** What tests find it by, in the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Starts Ceph's gateway (`rgw.sh`) on an address of this machine, which takes about 15 s; null where its programs are not installed. */
export async function startS3Server(address = '127.0.0.1'): Promise<S3Server | null> {
  for (const program of PROGRAMS) if (!(await isInstalled(program))) return null;
  const folder = await mkdtemp(join(tmpdir(), 'facefleet-rgw-'));
  const stop = async (): Promise<void> => {
    await script('down', folder);
    await rm(folder, { recursive: true, force: true });
  };
  const port = await up(folder, address).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const env = {
    FACEFLEET_TEST_S3_ENDPOINT: `http://${address}:${port}`,
    FACEFLEET_TEST_S3_ACCESS_KEY: 'AK',
    FACEFLEET_TEST_S3_SECRET_KEY: 'SK',
  };
  return { env, stop };
}

/** @returns the port; a free one may be taken before the server has it, then others are tried */
async function up(folder: string, address: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const [port, monitorPort] = [await freePort(), await freePort()];
    try {
      await script('up', folder, String(port), String(monitorPort), address);
      return port;
    } catch (error) {
      if (attempt === STARTS) throw error;
      await script('down', folder);
    }
  }
}

async function script(...args: string[]): Promise<void> {
  const child = spawn(SCRIPT, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`rgw.sh ${args[0]} failed (${code})`);
}

async function isInstalled(program: string): Promise<boolean> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      await access(join(folder, program));
      return true;
    } catch {}
  }
  return false;
}
