#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { createRequire, enableCompileCache } from 'node:module';
import { constants } from 'node:os';

const MIN_NODE_MAJOR = 24;
const ownMajor = Number(process.versions.node.split('.')[0]);
if (ownMajor < MIN_NODE_MAJOR) {
  // the npm package `node`, a dependency, brings the version that facefleet is built for
  const node = createRequire(import.meta.url).resolve('node/bin/node');
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  });
} else {
  enableCompileCache();
  const { main } = await import('./main.ts');
  await main(process.argv);
}
