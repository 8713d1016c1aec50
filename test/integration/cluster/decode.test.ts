import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { scanVideo } from '../../../worker/source/segments/scan-video.ts';
import { openStore } from '../../../worker/store/open-store.ts';
import { extractCli, type RunningCli, runCli } from '../../fixtures/cli.ts';
import {
  clusterCli,
  JobProcesses,
  jobOf,
  lastEvent,
  printed,
  withoutJob,
} from '../../fixtures/cluster-job.ts';
import { withoutEncoder } from '../../fixtures/encoded-video.ts';
import { onlyInFull } from '../../fixtures/only-in-full.ts';
import { alignments, differences, failures, fingerprint } from '../../fixtures/output-folder.ts';
import { photoVideo } from '../../fixtures/photo-video.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { makeTinyVideo } from '../../fixtures/tiny-video.ts';
import { type NatsServer, startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';
import { makeBucket, testS3 } from '../../servers/test-bucket.ts';

const s3 = testS3();

/** Pictures of a film that is long enough to be shared out. FACEFLEET_EVERY_N=1 makes the acceptance test, of 30 s: all of them are frames. */
const SECONDS = 30;
const EVERY_N = Number(process.env.FACEFLEET_EVERY_N ?? 25);
const FRAMES = Math.ceil((SECONDS * 25) / EVERY_N);
const FLOW = ['--size', '128', '--masker', 'extended', '--every-n', String(EVERY_N)];
const FAST = [...FLOW, '--ack-wait', '2', '--threads', '1'];

describe('decode workers of a cluster run', { skip: withoutNatsServer || withoutEncoder('libx264') }, () => {
  const folder = scratch();
  const film = join(folder, 'film.mp4');
  let nats: NatsServer;
  let expected: Record<string, string>;
  let running: RunningCli[] = [];

  before(async () => {
    nats = await startNatsServer();
    await photoVideo(film, join(folder, 'photos'), SECONDS);
    await extractCli([film, join(folder, 'local'), ...FLOW]);
    expected = fingerprint(join(folder, 'local'));
    assert.equal(alignments(join(folder, 'local')).length, FRAMES);
  });
  after(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await nats?.[Symbol.asyncDispose]();
  });

  function watched(run: RunningCli): RunningCli {
    running = [...running, run];
    return run;
  }

  for (const workers of [1, 3])
    it(`${workers} give the bytes of the local run`, async (t) => {
      const output = join(folder, `with-${workers}`);
      const args = [film, output, ...FAST, '--decode-workers', String(workers), '--nats', nats.url];
      const end = await clusterCli(args);
      t.diagnostic(JSON.stringify(end));
      assert.deepEqual([end.total, end.frames, end.failed], [FRAMES, FRAMES, 0]);
      assert.deepEqual(differences(withoutJob(output), expected), []);
      const again = await clusterCli(args);
      assert.deepEqual([again.carried, again.frames], [FRAMES, FRAMES]);
      assert.deepEqual(differences(withoutJob(output), expected), []);
    });

  it('by reference over a bus for small messages, in two passes, the same', {
    skip: onlyInFull,
  }, async () => {
    await using small = await startNatsServer({ maxPayloadBytes: 4096 });
    const plan = join(folder, 'plan.json');
    const stage = (...roles: string[]) => ({ stages: [{ roles, groups: [{ replicas: 1 }] }] });
    await writeFile(plan, JSON.stringify({ passes: [stage('detect'), stage('align', 'mask_0')] }));
    const output = join(folder, 'passes');
    const args = [film, output, ...FAST, '--plan', plan, '--decode-workers', '2', '--nats', small.url];
    await clusterCli(args);
    assert.deepEqual(differences(withoutJob(output), expected), []);
  });

  it('of a short video, which has one segment', async () => {
    const tiny = join(folder, 'tiny.mp4');
    await makeTinyVideo(tiny, 20);
    const flow = ['--size', '128', '--masker', 'extended'];
    await extractCli([tiny, join(folder, 'tiny-local'), ...flow]);
    const output = join(folder, 'tiny');
    await clusterCli([tiny, output, ...flow, '--decode-workers', '3', '--nats', nats.url]);
    assert.deepEqual(differences(withoutJob(output), fingerprint(join(folder, 'tiny-local'))), []);
  });

  async function start(name: string, args: readonly string[], env: Record<string, string> = {}) {
    const output = join(folder, name);
    const job = await jobOf(film, output, [...FAST, '--nats', nats.url, ...args]);
    return { output, processes: new JobProcesses(job, join(folder, `${name}.json`), env) };
  }

  it('go on when one is killed, when one is told to stop, and when the conductor is killed', async (t) => {
    const { output, processes } = await start('killed', ['--decode-workers', '2', '--workers', '1']);
    const first = watched(processes.conductor());
    const stage = watched(processes.worker(0));
    const [killed, stopped] = [watched(processes.decoder(0)), watched(processes.decoder(1))];
    const done = (share: number): RegExp => {
      const least = Math.ceil(share * FRAMES);
      const numbers = Array.from({ length: FRAMES - least }, (_, i) => least + i);
      return new RegExp(`"frames":(${numbers.join('|')}),`);
    };
    await printed(first, 'stdout', done(0.05));
    killed.child.kill('SIGKILL');
    stopped.child.kill('SIGTERM');
    await killed.ended;
    assert.equal((await stopped.ended).code, 0);
    const next = [0, 1].map((replica) => watched(processes.decoder(replica)));
    await printed(first, 'stdout', done(0.4));
    first.child.kill('SIGKILL');
    await first.ended;
    const second = watched(processes.conductor());
    const end = lastEvent(await second.ended, 0);
    t.diagnostic(`${end.carried} of ${FRAMES} frames were carried`);
    assert.ok(end.carried > 0 && end.frames === FRAMES);
    for (const { ended } of [stage, ...next]) assert.equal((await ended).code, 0);
    assert.deepEqual(differences(withoutJob(output), expected), []);
  });

  it('go on after Ctrl-C, which does not wait for segments', { skip: onlyInFull }, async () => {
    const { output, processes } = await start('drained', ['--decode-workers', '1', '--workers', '1']);
    const first = watched(processes.conductor());
    const workers = [watched(processes.worker(0)), watched(processes.decoder(0))];
    await printed(first, 'stdout', /"frames":[1-9]/);
    first.child.kill('SIGINT');
    const drained = lastEvent(await first.ended, 130);
    assert.ok(drained.frames > 0 && drained.frames < FRAMES, `${drained.frames} frames`);
    for (const { ended } of workers) assert.equal((await ended).code, 0);
    const again = [processes.conductor(), processes.worker(0), processes.decoder(0)].map(watched);
    const end = lastEvent(await again[0]!.ended, 0);
    assert.equal(end.carried, drained.frames);
    assert.deepEqual(differences(withoutJob(output), expected), []);
  });

  it('end the video at a picture that kills each of them', { skip: onlyInFull }, async (t) => {
    const crash = new URL('../../fixtures/crash-on-time.ts', import.meta.url).href;
    const deadly = EVERY_N * Math.ceil(400 / EVERY_N);
    const { timeBase } = await scanVideo(film, DEFAULT_LIMITS);
    const env = {
      NODE_OPTIONS: `--import ${crash}`,
      FACEFLEET_TEST_CRASH_ON_TIME: String(deadly / 25 / timeBase),
    };
    const output = join(folder, 'deadly');
    const args = [film, output, ...FAST, '--decode-workers', '2', '--nats', nats.url];
    const end = await clusterCli(args, 3, env);
    t.diagnostic(JSON.stringify(end));
    const number = String(deadly + 1).padStart(6, '0');
    assert.deepEqual(
      failures(output).map(({ key, code, index }) => [key, code, index]),
      [[`film_${number}.mp4`, 'FF1012', deadly / EVERY_N]],
    );
    assert.deepEqual(alignments(output), alignments(join(folder, 'local')).slice(0, deadly / EVERY_N));
    assert.equal((await runCli(['verify', output])).code, 0);
  });

  it('end a damaged video where the local run ends', { skip: onlyInFull }, async () => {
    const bytes = await readFile(film);
    const at = Math.floor(bytes.length * 0.6);
    for (let i = at; i < at + 3000; i++) bytes[i]! ^= 0x5a;
    const damaged = join(folder, 'damaged.mp4');
    await writeFile(damaged, bytes);
    const local = join(folder, 'damaged-local');
    await extractCli([damaged, local, ...FLOW], 3);
    const output = join(folder, 'damaged');
    const args = [damaged, output, ...FAST, '--decode-workers', '3', '--nats', nats.url];
    const end = await clusterCli(args, 3);
    assert.equal(end.failed, 1);
    assert.deepEqual(failures(output), failures(local));
    // pictures right before the damage may show it
    const sure = alignments(local).length - 4;
    assert.ok(sure > 0.4 * FRAMES - 4);
    assert.equal(alignments(output).length, sure + 4);
    assert.deepEqual(alignments(output).slice(0, sure), alignments(local).slice(0, sure));
    assert.equal((await runCli(['verify', output])).code, 0);
    const again = await clusterCli(args, 3);
    assert.equal(again.failed, 1);
    assert.deepEqual(failures(output), failures(local));
  });

  describe('from bucket to bucket', { skip: s3.missing }, () => {
    /** The files that tell of no times, run or place. */
    const same = ({ 'versions.txt': _, 'failures.jsonl': __, ...rest }: Record<string, string>) => rest;

    async function inBucket(
      path: string,
      local: Record<string, string>,
      args: readonly string[],
    ): Promise<void> {
      const env = { AWS_ENDPOINT_URL_S3: s3.endpoint };
      const bucket = await makeBucket(s3.endpoint);
      const open = (address: string) => openStore(address, { s3: { endpoint: s3.endpoint } });
      await (await open(`s3://${bucket}/films`)).put(basename(path), await readFile(path));
      const output = `s3://${bucket}/out`;
      await clusterCli(
        [`s3://${bucket}/films/${basename(path)}`, output, ...args, '--nats', nats.url],
        0,
        env,
      );
      const store = await open(output);
      const found: Record<string, string> = {};
      for await (const { key } of store.list('')) found[key] = hash('sha256', await store.get(key));
      const files = Object.entries(found).filter(
        ([key]) => !/^(lease\/|extraction.json$|job.json$)/.test(key),
      );
      assert.deepEqual(differences(same(Object.fromEntries(files)), same(local)), []);
    }

    it('give the bytes of the local run', async () => {
      await inBucket(film, expected, [...FAST, '--decode-workers', '2']);
    });

    it('and so does a conductor that decodes itself', { skip: onlyInFull }, async () => {
      const tiny = join(folder, 'small.mp4');
      const flow = ['--size', '128', '--masker', 'extended'];
      await makeTinyVideo(tiny, 12);
      await extractCli([tiny, join(folder, 'small-local'), ...flow]);
      await inBucket(tiny, fingerprint(join(folder, 'small-local')), [...flow, '--decode-workers', '0']);
    });
  });

  it('are for videos', async () => {
    const end = await runCli([
      'cluster',
      'run',
      join(folder, 'photos'),
      join(folder, 'x'),
      '--decode-workers',
      '2',
    ]);
    assert.equal(end.code, 2);
    assert.match(end.stderr, /FF5001.*--decode-workers is for videos/);
  });
});
