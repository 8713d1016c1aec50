import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { openStore } from '../../../worker/store/open-store.ts';
import { s3Client } from '../../../worker/store/s3-client.ts';
import type { Store } from '../../../worker/store/store.ts';
import { extractCli, type RunningCli } from '../../fixtures/cli.ts';
import { clusterCli, JobProcesses, jobOf, lastEvent, printed } from '../../fixtures/cluster-job.ts';
import { differences, filesBelow, fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { type NatsServer, startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';
import { makeBucket, testS3 } from '../../servers/test-bucket.ts';

const s3 = testS3();
const FRAMES = 24;
const FLOW = ['--size', '128', '--recursive', '--ack-wait', '2', '--threads', '1'];

describe('a cluster run from bucket to bucket', { skip: withoutNatsServer || s3.missing }, () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  const running: RunningCli[] = [];
  let nats: NatsServer;
  let bucket: string;
  let photos: Store;
  let expected: Record<string, string>;

  before(async () => {
    nats = await startNatsServer();
    process.env.AWS_ENDPOINT_URL = s3.endpoint;
    bucket = await makeBucket(s3.endpoint);
    await smallPhotos(input, FRAMES);
    await smallPhotos(join(input, 'sub'), 3);
    writeFileSync(join(input, 'empty.jpg'), '');
    writeFileSync(join(input, 'notes.txt'), 'no picture');
    photos = await openStore(`s3://${bucket}/photos`);
    for (const file of filesBelow(input)) await photos.put(file, readFileSync(join(input, file)));
    const client = s3Client({ endpoint: s3.endpoint });
    for (const Key of ['photos/sub//no-key.jpg', 'photos/sub/'])
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from('x') }));
    client.destroy();
    await extractCli([input, join(folder, 'local'), '--size', '128', '--recursive'], 3);
    const { 'versions.txt': _, 'failures.jsonl': __, ...rest } = fingerprint(join(folder, 'local'));
    expected = rest;
  });
  after(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await nats?.[Symbol.asyncDispose]();
  });

  /** sha256 of the objects of an output, but for those that tell of files and times. */
  async function objects(store: Store): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for await (const { key } of store.list('')) found[key] = hash('sha256', await store.get(key));
    for (const key of ['extraction.json', 'job.json', 'versions.txt', 'failures.jsonl']) delete found[key];
    return Object.fromEntries(Object.entries(found).filter(([key]) => !key.startsWith('lease/')));
  }

  it('gives the bytes of the local run, and has nothing to do again', async () => {
    const output = `s3://${bucket}/photos/out`;
    const args = [`s3://${bucket}/photos`, output, ...FLOW, '--nats', nats.url];
    const end = await clusterCli(args, 3);
    assert.deepEqual([end.frames, end.failed, end.skipped], [FRAMES + 4, 1, 2]);
    assert.deepEqual(differences(await objects(await openStore(output)), expected), []);
    const again = await clusterCli(args, 3);
    assert.equal(again.carried, FRAMES + 3, 'the output in the source is left out');
    await photos.put('photo-003.jpg', readFileSync(join(input, 'photo-004.jpg')));
    assert.equal((await clusterCli(args, 3)).carried, FRAMES + 2, 'a photo that was replaced is done again');
    await photos.put('photo-003.jpg', readFileSync(join(input, 'photo-003.jpg')));
    assert.equal((await clusterCli(args, 3)).carried, FRAMES + 2);
    assert.deepEqual(differences(await objects(await openStore(output)), expected), []);
  });

  it('goes on after its conductor was killed; a second conductor is kept out', async () => {
    const output = `s3://${bucket}/killed`;
    const args = [...FLOW, '--nats', nats.url];
    const job = await jobOf(`s3://${bucket}/photos`, output, args);
    // the output of the other test lies in the source
    const clean = await openStore(`s3://${bucket}/photos/out`);
    const keys: string[] = [];
    for await (const { key } of clean.list('')) keys.push(key);
    await clean.deleteMany(keys);
    const processes = new JobProcesses(job, join(folder, 'job.json'));
    const first = processes.conductor('--owner', 'one');
    running.push(first);
    await printed(first, 'stdout', /"pass":0/);
    const rival = processes.conductor('--owner', 'two');
    const refused = await rival.ended;
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /FF4003.*held by one/);
    for (const replica of [0, 1]) running.push(processes.worker(replica));
    await printed(first, 'stdout', /"frames":\d\d/);
    first.child.kill('SIGKILL');
    await first.ended;
    const end = lastEvent(await processes.conductor('--owner', 'one').ended, 3);
    assert.equal(end.frames, FRAMES + 4);
    const late = await Promise.all([processes.conductor().ended, processes.worker(0).ended]);
    assert.equal(lastEvent(late[0], 3).carried, FRAMES + 3, 'a finished job has nothing to do');
    assert.equal(late[1].code, 0);
    assert.deepEqual(differences(await objects(await openStore(output)), expected), []);
  });
});
