import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { extractCli, type RunningCli, startCli } from '../../fixtures/cli.ts';
import {
  childrenOf,
  JobProcesses,
  jobOf,
  lastEvent,
  printed,
  withoutJob,
} from '../../fixtures/cluster-job.ts';
import { onlyInFull } from '../../fixtures/only-in-full.ts';
import { alignments, differences, failures, fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import { type NatsServer, startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';

const FRAMES = Number(process.env.FACEFLEET_FRAMES ?? 48);
const FAST = ['--size', '128', '--ack-wait', '2', '--threads', '1'];

// test/chaos does the same at moments of all kinds
describe('a cluster run goes on', { skip: withoutNatsServer || onlyInFull }, () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  let nats: NatsServer;
  let expected: Record<string, string>;
  let running: RunningCli[] = [];

  before(async () => {
    nats = await startNatsServer();
    await smallPhotos(input, FRAMES);
    await extractCli([input, join(folder, 'local'), '--size', '128']);
    expected = fingerprint(join(folder, 'local'));
  });
  after(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await nats?.[Symbol.asyncDispose]();
  });

  async function start(name: string, args: readonly string[] = [], env: Record<string, string> = {}) {
    const output = join(folder, name);
    const job = await jobOf(input, output, [...FAST, '--nats', nats.url, ...args]);
    const processes = new JobProcesses(job, join(folder, `${name}.json`), env);
    return { output, processes };
  }

  function watched(run: RunningCli): RunningCli {
    running = [...running, run];
    return run;
  }

  it('when its conductor is killed in the middle', async (t) => {
    const { output, processes } = await start('conductor-killed');
    const workers = [0, 1].map((replica) => watched(processes.worker(replica)));
    const first = watched(processes.conductor());
    await printed(first, 'stdout', /"frames":[23]\d/);
    first.child.kill('SIGKILL');
    await first.ended;
    const end = lastEvent(await watched(processes.conductor()).ended, 0);
    t.diagnostic(`${end.carried} frames were carried`);
    assert.ok(end.carried > 0 && end.frames === FRAMES);
    for (const { ended } of workers) assert.equal((await ended).code, 0);
    assert.deepEqual(differences(withoutJob(output), expected), []);
  });

  it('when its conductor is stopped by SIGTERM, and when by SIGINT', async () => {
    const { output, processes } = await start('conductor-stopped');
    const workers = [0, 1].map((replica) => watched(processes.worker(replica)));
    const first = watched(processes.conductor());
    await printed(first, 'stdout', /"frames":[5-9]/);
    first.child.kill('SIGTERM');
    assert.equal(lastEvent(await first.ended, 130).event, 'interrupted');
    const second = watched(processes.conductor());
    await printed(second, 'stdout', /"frames":1\d/);
    second.child.kill('SIGINT');
    const drained = lastEvent(await second.ended, 130);
    assert.ok(drained.interrupted && drained.frames < FRAMES);
    for (const { ended } of workers)
      assert.equal((await ended).code, 0, 'a drained conductor ends its workers');
    const last = watched(processes.conductor());
    for (const replica of [0, 1]) watched(processes.worker(replica));
    const end = lastEvent(await last.ended, 0);
    assert.equal(end.carried, drained.frames);
    assert.deepEqual(differences(withoutJob(output), expected), []);
  });

  it('when a worker is killed, and when one is told to stop', async () => {
    const { output, processes } = await start('worker-killed');
    const conductor = watched(processes.conductor());
    const [killed, stopped] = [watched(processes.worker(0)), watched(processes.worker(1))];
    await printed(conductor, 'stdout', /"frames":\d/);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const again = watched(processes.worker(0));
    await printed(conductor, 'stdout', /"frames":(1[2-9]|2)/);
    const stoppedMs = performance.now();
    stopped.child.kill('SIGTERM');
    assert.equal((await stopped.ended).code, 0);
    assert.ok(performance.now() - stoppedMs < 10_000);
    watched(processes.worker(1));
    assert.equal(lastEvent(await conductor.ended, 0).failed, 0);
    assert.equal((await again.ended).code, 0);
    assert.deepEqual(differences(withoutJob(output), expected), []);
  });

  it('past a frame that kills every worker; the others are extracted', async (t) => {
    const crash = new URL('../../fixtures/crash-on-open.ts', import.meta.url).href;
    const output = join(folder, 'crash');
    const args = [
      'cluster',
      'run',
      input,
      output,
      ...FAST,
      '--by-reference',
      '--nats',
      nats.url,
      '-o',
      'json',
    ];
    const env = { NODE_OPTIONS: `--import ${crash}`, FACEFLEET_TEST_CRASH_ON: 'photo-004.jpg' };
    const run = watched(startCli(args, undefined, env));
    const ended = await run.ended;
    const end = lastEvent(ended, 3);
    t.diagnostic(
      `${Math.round(ended.durationMs)} ms; ${ended.stderr.split('\n').length - 1} lines of stderr`,
    );
    assert.equal(end.failed, 1);
    assert.deepEqual(
      failures(output).map(({ key, code }) => [key, code]),
      [['photo-004.jpg', 'FF1012']],
    );
    assert.equal(alignments(output).length, FRAMES - 1);
    const names = Object.keys(fingerprint(output)).filter((name) => /^(attempts|tmp|passes)/.test(name));
    assert.deepEqual(names, [], 'no marker is left');
  });

  it('when all is stopped by Ctrl-C, or killed, and the same command comes again', {
    skip: process.platform !== 'linux' && 'it needs /proc',
  }, async (t) => {
    const output = join(folder, 'again');
    const args = ['cluster', 'run', input, output, ...FAST, '--nats', nats.url, '-o', 'json'];
    const first = watched(startCli(args));
    await printed(first, 'stdout', /"frames":[1-9]/);
    first.child.kill('SIGINT');
    const stopped = lastEvent(await first.ended, 130);
    assert.equal(stopped.event, 'interrupted');
    const second = watched(startCli(args));
    await printed(second, 'stdout', /"frames":[1-9]/);
    const children = childrenOf(second.child.pid!);
    assert.equal(children.length, 3);
    second.child.kill('SIGKILL');
    await second.ended;
    await waitUntil('the children end', () => children.every((pid) => !isAlive(pid)));
    const third = lastEvent(await watched(startCli(args)).ended, 0);
    t.diagnostic(`carried ${stopped.frames}, then ${third.carried}`);
    assert.ok(third.carried >= stopped.frames);
    assert.deepEqual(differences(withoutJob(output), expected), []);
  });

  it('when NATS is killed and comes back', async () => {
    const output = join(folder, 'nats-killed');
    const run = watched(
      startCli(['cluster', 'run', input, output, ...FAST, '--nats', nats.url, '-o', 'json']),
    );
    await printed(run, 'stdout', /"frames":[1-9]/);
    await nats.kill();
    await sleep(500);
    await nats.start();
    assert.equal(lastEvent(await run.ended, 0).frames, FRAMES);
    assert.deepEqual(differences(withoutJob(output), expected), []);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
