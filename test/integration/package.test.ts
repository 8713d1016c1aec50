import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { registryReachable } from '../fixtures/registry-reachable.ts';
import { scratch } from '../fixtures/scratch.ts';
import { smallPhotos } from '../fixtures/small-photos.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TREE = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'LICENSE', 'README.md'];
const FOLDERS = ['controller', 'models', 'proto', 'worker'];
const TIMEOUT_MS = 600_000;
const run = promisify(execFile);

const noNpm = spawnSync('npm', ['--version']).status !== 0 && 'there is no npm command';

test('the packed package works where it is installed', { skip: noNpm, timeout: TIMEOUT_MS }, async (t) => {
  const reachable = await registryReachable();
  if (reachable !== true) return t.skip(reachable);
  const folder = scratch();
  const clone = join(folder, 'clone');
  const app = join(folder, 'app');
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  const npm = async (cwd: string, ...args: string[]): Promise<void> => {
    await run('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd,
      env: { ...process.env, PATH },
    });
  };
  mkdirSync(app);
  for (const name of [...TREE, ...FOLDERS]) cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));

  await npm(clone, 'pack', '--pack-destination', folder);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  assert.equal(tarball, `facefleet-${packageJson.version}.tgz`);

  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0' }));
  // install scripts bring Node to older ones and CUDA to GPUs: neither is wanted here
  await npm(app, 'install', '--ignore-scripts', join(folder, tarball));
  // its types alone are used
  assert.ok(!existsSync(join(app, 'node_modules/@kubernetes/client-node')));
  const bin = join(app, 'node_modules/.bin/facefleet');
  const facefleet = (...args: string[]) =>
    run(bin, args, { cwd: app, env: { ...process.env, PATH }, timeout: TIMEOUT_MS });
  assert.equal((await facefleet('--version')).stdout.trim(), packageJson.version);
  assert.match((await facefleet('plugins')).stdout, /ultraface/);
  const plugin = join(app, 'node_modules/.bin/kubectl-facefleet');
  const help = await run(plugin, ['watch', '--help'], { cwd: app, env: { ...process.env, PATH } });
  assert.match(help.stdout, /^Usage: kubectl facefleet watch/);
  await smallPhotos(join(app, 'photos'), 2);
  const { stdout } = await facefleet('extract', 'photos', 'out', '-o', 'json');
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { event: string; faces: number };
  assert.deepEqual([last.event, last.faces], ['complete', 6]);
  assert.ok(readdirSync(join(app, 'out/faces')).length === 6);
});
