#!/usr/bin/env node
import { spawn } from 'node:child_process';
import * as nodeModule from 'node:module';
import { availableParallelism, constants } from 'node:os';
import { stopAtOnce } from './early-stop.ts';

const MIN_NODE_MAJOR = 24;
/** Of glibc's malloc, for all threads together. */
const ARENAS = 2;
const ownMajor = Number(process.versions.node.split('.')[0]);
if (ownMajor < MIN_NODE_MAJOR) {
  // the npm package `node`, a dependency, brings the version that facefleet is built for
  const node = nodePath();
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // a terminal sends Ctrl-C to both processes; one sent to this process alone is not passed on twice
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`facefleet: Node ${MIN_NODE_MAJOR} cannot be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  });
} else {
  withFewArenas();
  stopAtOnce();
  // read when the first of libuv's threads starts: pictures are decoded and encoded there, one per core
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(2, availableParallelism()));
  const { directory } = nodeModule.enableCompileCache();
  // for the worker threads
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;
  const { main } = await import('./main.ts');
  await main(process.argv);
}

/**
 * Starts this program anew in its own process when it will work on frames: glibc reads only at the start of a process how many arenas its threads may
 * have, and with eight for each core, as it takes by default, memory grows for as long as pictures of different sizes come.
 */
function withFewArenas(): void {
  const [, , command = ''] = process.argv;
  const works = ['', 'extract', 'worker'].includes(command);
  if (!works || process.platform !== 'linux' || process.env.MALLOC_ARENA_MAX !== undefined) return;
  process.execve?.(
    process.execPath,
    [
      process.execPath,
      ...process.execArgv,
      '--disable-warning=ExperimentalWarning',
      ...process.argv.slice(1),
    ],
    { ...process.env, MALLOC_ARENA_MAX: String(ARENAS) },
  );
}

function nodePath(): string {
  try {
    return nodeModule.createRequire(import.meta.url).resolve('node/bin/node');
  } catch {
    process.stderr.write(
      `facefleet: this is Node ${process.versions.node}, and the package \`node\` has not brought Node ${MIN_NODE_MAJOR}, ` +
        'for its install script did not run\n  Run `npm rebuild node`, or use a newer Node.\n',
    );
    process.exit(1);
  }
}
