import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import pino from 'pino';
import type { Job } from '../../../worker/cluster/job.ts';
import { openJobBus } from '../../../worker/cluster/open-job-bus.ts';
import { extractCli, runCli } from '../../fixtures/cli.ts';
import { JobProcesses, jobOf, lastEvent, printed, withoutJob } from '../../fixtures/cluster-job.ts';
import { differences, fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { type NatsServer, startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';

const FRAMES = 24;
const FLOW = ['--size', '128'];
const CLUSTER = ['--threads', '1', '--workers', '2', '--grace', '5'];

/** The job with its second worker retired and another one after it. */
function withNewLane(job: Job): Job {
  const [pass] = job.passes;
  const [stage] = pass!.stages;
  const [kept, gone] = stage!.workers;
  const workers = [kept!, { ...gone!, retired: true as const }, gone!];
  return { ...job, passes: [{ stages: [{ ...stage!, workers }] }] };
}

describe('a job whose workers change', { skip: withoutNatsServer }, () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  const log = pino({ level: 'silent' });
  let nats: NatsServer;
  let expected: Record<string, string>;

  before(async () => {
    nats = await startNatsServer();
    await smallPhotos(input, FRAMES);
    await extractCli([input, join(folder, 'local'), ...FLOW]);
    expected = fingerprint(join(folder, 'local'));
  });
  after(() => nats?.[Symbol.asyncDispose]());

  /** Runs a job with one of its two workers until some frames are done and others lie in the lane of the other, and tells both to stop. */
  async function interrupted(job: Job, name: string): Promise<void> {
    const processes = new JobProcesses(job, join(folder, `${name}.json`));
    const conductor = processes.conductor('--log-level', 'warn');
    const worker = processes.worker(0);
    await printed(conductor, 'stdout', /"frames":([3-9]|1\d)/);
    conductor.child.kill('SIGTERM');
    assert.equal((await conductor.ended).code, 130);
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
  }

  it('goes on with a lane less and another more: every frame once, as without', async () => {
    const output = join(folder, 'changed');
    const job = await jobOf(input, output, [...FLOW, ...CLUSTER, '--nats', nats.url]);
    await using bus = await openJobBus(job, 'test', log);
    await interrupted(job, 'changed');
    const stuck = (await bus.depths()).find(({ lane }) => lane === 'p0-s0-r1');
    assert.ok(stuck !== undefined && stuck.waiting > 0, 'a conductor that is told to stop leaves the lanes');

    const next = withNewLane(job);
    const processes = new JobProcesses(next, join(folder, 'changed-2.json'));
    // the kept worker and the new one; packed, as a large one is
    const packed = join(folder, 'packed.json');
    writeFileSync(`${packed}.gz`, gzipSync(JSON.stringify(next)));
    const [kept, added] = [processes.worker(0), processes.worker(2)];
    const word = join(folder, 'word');
    const conductor = await runCli(['worker', 'conductor', '--job', packed, '--termination-log', word]);
    const { frames, failed } = lastEvent(conductor, 0);
    assert.deepEqual([frames, failed], [FRAMES, 0]);
    assert.equal((await kept.ended).code, 0);
    assert.equal((await added.ended).code, 0);
    assert.deepEqual(differences(withoutJob(output), expected), []);
    assert.deepEqual(await bus.depths(), []);
    const said = JSON.parse(readFileSync(word, 'utf8')) as {
      readonly event: string;
      readonly frames: number;
    };
    assert.deepEqual([said.event, said.frames], ['complete', FRAMES]);
  });

  it('refuses to start a retired worker', async () => {
    const job = withNewLane(
      await jobOf(input, join(folder, 'retired'), [...FLOW, ...CLUSTER, '--nats', nats.url]),
    );
    const worker = new JobProcesses(job, join(folder, 'retired.json')).worker(1);
    const { code, stderr } = await worker.ended;
    assert.equal(code, 2);
    assert.match(stderr, /p0-s0-r1 is retired/);
  });

  it('goes on under another uid: with its records, without the lanes of the earlier ones', async () => {
    const output = join(folder, 'revised');
    const job = {
      ...(await jobOf(input, output, [...FLOW, ...CLUSTER, '--nats', nats.url])),
      overwrite: true,
    };
    await using bus = await openJobBus(job, 'test', log);
    await interrupted(job, 'revised');
    const records = readdirSync(join(output, 'parts'), { recursive: true }).length;
    assert.ok(records > 0);
    const next = { ...job, extraction: `${job.extraction}-r2`, earlier: [job.extraction] };
    const processes = new JobProcesses(next, join(folder, 'revised-2.json'));
    const workers = [processes.worker(0), processes.worker(1)];
    const { frames, carried } = lastEvent(await processes.conductor('--log-level', 'warn').ended, 0);
    assert.equal(frames, FRAMES);
    assert.ok(carried > 0, 'what was recorded is not overwritten');
    for (const worker of workers) assert.equal((await worker.ended).code, 0);
    assert.deepEqual(differences(withoutJob(output), expected), []);
    assert.deepEqual(await bus.depths(), []);
  });

  it('leaves nothing but its results when it is cleaned up', async () => {
    const output = join(folder, 'cleaned');
    const job = await jobOf(input, output, [...FLOW, ...CLUSTER, '--nats', nats.url]);
    const earlier = { ...job, extraction: `${job.extraction}-r0` };
    const next = { ...job, earlier: [earlier.extraction] };
    await using bus = await openJobBus(job, 'test', log);
    await using earlierBus = await openJobBus(earlier, 'test', log);
    await earlierBus.openLane('p0-s0-r0', { slots: 3 });
    await interrupted(next, 'cleaned');
    const temporary = ['attempts/p0-s0-1-1', `tmp/${job.extraction}/x`, `tmp/${earlier.extraction}/x`];
    for (const name of temporary) {
      mkdirSync(join(output, name, '..'), { recursive: true });
      writeFileSync(join(output, name), 'x');
    }
    const before = fingerprint(join(output, 'parts'));
    const file = join(folder, 'cleaned.json');
    for (let again = 0; again < 2; again++) {
      const end = await runCli(['worker', 'clean', '--job', file, '--log-level', 'warn']);
      assert.equal(end.code, 0, end.stderr);
      assert.deepEqual([await bus.depths(), await earlierBus.depths()], [[], []]);
      for (const name of temporary) assert.ok(!existsSync(join(output, name)), name);
      assert.deepEqual(fingerprint(join(output, 'parts')), before);
    }
  });

  it('is cleaned up as far as can be, and soon, when there is no bus; without an output there is nothing to do', async () => {
    const output = join(folder, 'without-bus');
    const job = await jobOf(input, output, [...FLOW, ...CLUSTER, '--nats', nats.url]);
    const file = join(folder, 'without-bus.json');
    writeFileSync(file, JSON.stringify(job));
    assert.equal((await runCli(['worker', 'clean', '--job', file])).code, 0);
    assert.ok(!existsSync(output), 'no output is made');

    const temporary = join(output, 'tmp', job.extraction, 'x');
    mkdirSync(join(temporary, '..'), { recursive: true });
    writeFileSync(temporary, 'x');
    writeFileSync(file, JSON.stringify({ ...job, bus: { ...job.bus, servers: ['nats://127.0.0.1:1'] } }));
    const word = join(folder, 'without-bus-word');
    const end = await runCli(['worker', 'clean', '--job', file, '--termination-log', word]);
    assert.equal(end.code, 1);
    assert.ok(end.durationMs < 150_000, `${end.durationMs} ms`);
    assert.ok(!existsSync(temporary));
    const said = JSON.parse(readFileSync(word, 'utf8')) as { readonly event: string; readonly code: string };
    assert.deepEqual([said.event, said.code], ['failed', 'FF6001']);
  });
});
