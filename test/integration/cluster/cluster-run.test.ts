import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { lockDir } from '../../../worker/store/dir-lock.ts';
import { extractCli, runCli } from '../../fixtures/cli.ts';
import { clusterCli, jobOf, withoutJob } from '../../fixtures/cluster-job.ts';
import { alignments, differences, extraction, failures, fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { type NatsServer, startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';

/** A larger number makes the acceptance test: FACEFLEET_FRAMES=500. */
const FRAMES = Number(process.env.FACEFLEET_FRAMES ?? 24);
const FAST = ['--size', '128'];

describe('facefleet cluster run', { skip: withoutNatsServer }, () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  const local = join(folder, 'local');
  let nats: NatsServer;
  let expected: Record<string, string>;

  before(async () => {
    nats = await startNatsServer();
    await smallPhotos(input, FRAMES);
    writeFileSync(join(input, 'broken.jpg'), 'no picture');
    copyFileSync(join(input, 'photo-000.jpg'), join(input, 'photo-000.jpeg'));
    await extractCli([input, local, ...FAST], 3);
    expected = fingerprint(local);
  });
  after(() => nats?.[Symbol.asyncDispose]());

  it('with two workers gives the bytes of the local run', async (t) => {
    const output = join(folder, 'two');
    const end = await clusterCli([input, output, ...FAST, '--nats', nats.url], 3);
    t.diagnostic(`${FRAMES} photos: ${JSON.stringify(end)}`);
    assert.deepEqual([end.event, end.total, end.frames, end.failed], ['complete', FRAMES + 2, FRAMES + 2, 1]);
    // the message of a failure names the key where the local run names the path
    const except = (file: string): boolean => file !== 'failures.jsonl';
    assert.deepEqual(differences(withoutJob(output), expected).filter(except), []);
    assert.deepEqual(
      failures(output).map(({ key, code, index }) => [key, code, index]),
      failures(local).map(({ key, code, index }) => [key, code, index]),
    );
    assert.deepEqual(alignments(output).length, FRAMES + 1);
    const { state, digest } = extraction(output);
    assert.deepEqual({ state, digest }, { state: 'complete', digest: expected['alignments.jsonl'] });
  });

  it('again has nothing to do but what failed', async () => {
    const output = join(folder, 'two');
    const again = await clusterCli([input, output, ...FAST, '--nats', nats.url], 3);
    assert.deepEqual([again.carried, again.failed, again.frames], [FRAMES + 1, 1, FRAMES + 2]);
    assert.equal(fingerprint(output)['alignments.jsonl'], expected['alignments.jsonl']);
  });

  it('by reference, with one worker, over a bus for small messages, gives the very same output', async () => {
    const output = join(folder, 'reference');
    await using small = await startNatsServer({ maxPayloadBytes: 2048 });
    const args = [input, output, ...FAST, '--by-reference', '--workers', '1', '--nats', small.url];
    await clusterCli(args, 3);
    assert.deepEqual(differences(withoutJob(output), expected), []);
  });

  it('takes plugins, source and output from an Extraction', async () => {
    const output = join(folder, 'from-file');
    const file = join(folder, 'extraction.yaml');
    const spec = {
      maskers: [{ plugin: 'extended' }, { plugin: 'components' }],
      source: { address: input },
      output: { address: output, sizePx: 128 },
    };
    const metadata = { name: 'x' };
    writeFileSync(
      file,
      JSON.stringify({ apiVersion: 'facefleet.dev/v1alpha1', kind: 'Extraction', metadata, spec }),
    );
    await clusterCli(['-f', file, '--nats', nats.url], 3);
    const own = extraction(output) as unknown as { spec: { maskers: { plugin: string }[] } };
    assert.deepEqual(
      own.spec.maskers.map(({ plugin }) => plugin),
      ['extended', 'components'],
    );
    assert.equal(fingerprint(output)['alignments.jsonl'], expected['alignments.jsonl']);
    const nowhere = await runCli(['cluster', 'run', input]);
    assert.match(nowhere.stderr, /FF5001.*the output is missing/);
  });

  it('refuses what a local run refuses, and keeps credentials out of the job', async () => {
    const other = await runCli(['cluster', 'run', input, join(folder, 'two'), '--nats', nats.url]);
    assert.equal(other.code, 2, other.stderr);
    assert.equal(other.stderr.match(/FF4002/g)?.length, 1, other.stderr);
    const missing = await runCli(['cluster', 'run', join(folder, 'nowhere'), join(folder, 'x')]);
    assert.match(missing.stderr, /FF1101/);
    const secret = await runCli([
      'cluster',
      'run',
      input,
      join(folder, 'x'),
      '--nats',
      'nats://me:hush@127.0.0.1',
    ]);
    assert.deepEqual([secret.code, /FF5001/.test(secret.stderr)], [2, true]);
    assert.ok(!secret.stderr.includes('hush'));
    const refused = await runCli([
      'cluster',
      'run',
      input,
      join(folder, 'x'),
      '--workers',
      '2',
      '--plan',
      'p.json',
    ]);
    assert.match(refused.stderr, /either --workers or --plan/);
    const job = await jobOf(input, join(folder, 'x'), ['--nats', 'nats://127.0.0.1:1']);
    assert.deepEqual(job.bus.servers, ['nats://127.0.0.1:1']);
  });

  it('says soon that there is no bus, how to get one, and that its address is wrong', async () => {
    const at = async (nats: string) =>
      await runCli(['cluster', 'run', input, join(folder, 'busless'), '--nats', nats]);
    const none = await at('nats://127.0.0.1:1');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /^facefleet: FF6001 [^\n]*connection refused; `facefleet dev up` starts/);
    const wrong = await at('http://127.0.0.1:4222');
    assert.deepEqual([wrong.code, /FF6009/.test(wrong.stderr)], [2, true]);
    const empty = await at('');
    assert.deepEqual([empty.code, /FF5001.*--nats is empty/.test(empty.stderr)], [2, true]);
    assert.ok(!existsSync(join(folder, 'busless')));
  });

  it('says soon that the output is in use', async () => {
    const output = join(folder, 'held');
    mkdirSync(output);
    const lock = await lockDir(output);
    try {
      const held = await runCli(['cluster', 'run', input, output, ...FAST, '--nats', nats.url]);
      assert.equal(held.code, 1);
      assert.match(held.stderr, /^facefleet: FF4003[^\n]*held by process/m);
      assert.match(held.stderr, /the conductor ended \(exit code 1\) and is started again: FF4003/);
      assert.equal(held.stderr.match(/^facefleet: /gm)?.length, 1, held.stderr);
      assert.doesNotMatch(held.stderr, /FF3007/);
    } finally {
      await lock.release();
    }
  });

  it('says soon that the output cannot be written', async () => {
    const output = join(input, 'broken.jpg');
    const refused = await runCli(['cluster', 'run', input, output, ...FAST, '--nats', nats.url]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /FF4001/);
    assert.doesNotMatch(refused.stderr, /FF3007/);
  });

  it('leaves nothing on the bus and nothing temporary in the output', async () => {
    const output = join(folder, 'two');
    const files = Object.keys(fingerprint(output)).filter((file) => !file.startsWith('faces/'));
    assert.deepEqual(files.sort(), [
      'alignments.fsa',
      'alignments.jsonl',
      'failures.jsonl',
      'job.json',
      'versions.txt',
    ]);
    assert.ok(!readFileSync(join(output, 'job.json'), 'utf8').includes('password'));
  });
});
