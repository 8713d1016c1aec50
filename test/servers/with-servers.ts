import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startS3Server } from './s3-server.ts';

/**
 * `node test/servers/with-servers.ts COMMAND…` runs a command with an S3 server in its environment: the one that is there already
 * (FACEFLEET_TEST_S3_ENDPOINT), or one started for it where that can be. Its exit code is the command's.
 */
const [command = 'true', ...args] = process.argv.slice(2);
const started = process.env.FACEFLEET_TEST_S3_ENDPOINT ? null : await startS3Server();
try {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...started?.env } });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await started?.stop();
}
