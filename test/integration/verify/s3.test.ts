import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { leaseOutput } from '../../../worker/conductor/cluster/output-lease.ts';
import { openOutput } from '../../../worker/conductor/open-output.ts';
import { StatusReader } from '../../../worker/conductor/status/status-reader.ts';
import { openOutputPlace } from '../../../worker/conductor/verify/output-place.ts';
import { verifyOutput } from '../../../worker/conductor/verify/verify-output.ts';
import { openStore } from '../../../worker/store/open-store.ts';
import type { Store } from '../../../worker/store/store.ts';
import { runCli } from '../../fixtures/cli.ts';
import { fakeExtraction, fakeKeys } from '../../fixtures/fake-extraction.ts';
import { makeBucket, testS3 } from '../../servers/test-bucket.ts';

const s3 = testS3();

describe('verify and status of an output in a bucket', { skip: s3.missing }, () => {
  let bucket: string;

  before(async () => {
    process.env.AWS_ENDPOINT_URL = s3.endpoint;
    bucket = await makeBucket(s3.endpoint);
  });

  async function verified(address: string) {
    return await verifyOutput(await openOutputPlace(address));
  }

  it('hold for a complete one, and find a crop that is gone', async () => {
    const address = `s3://${bucket}/a/complete`;
    const store = await openStore(address);
    await fakeExtraction(store, { keys: fakeKeys(24), limits: { frames: 7 } });
    const { state, findings, counts, crops } = await verified(address);
    assert.deepEqual([state, findings, counts.frames + counts.failed], ['complete', [], 24]);
    assert.ok(crops > 12, `${crops} crops`);
    const end = await runCli(['verify', address]);
    assert.equal(end.code, 0, end.stdout + end.stderr);
    const [crop = ''] = await keysBelow(store, 'faces/');
    await store.delete(crop);
    await store.put('faces/nobody_0.png', Buffer.from('x'));
    assert.deepEqual(
      (await verified(address)).findings.map(({ code, key }) => [code, key]),
      [
        ['CropMissing', crop],
        ['CropUnnamed', 'faces/nobody_0.png'],
      ],
    );
  });

  it('tell a run at work, with its rate, by its lease', async () => {
    const address = `s3://${bucket}/running`;
    const store = await openStore(address);
    const lease = await leaseOutput(store, { owner: 'conductor-0' });
    const output = await openOutput(store, { spec: {}, total: 100, limits: { frames: 10 } });
    for (let i = 0; i < 40; i++) {
      await output.record({ index: i, key: `${i}.jpg`, width: 1, height: 1, faces: [] });
      // S3 dates objects by whole seconds
      if (i === 20) await new Promise((resolve) => setTimeout(resolve, 2500));
    }
    const reader = new StatusReader(await openOutputPlace(address));
    let status = await reader.read();
    // a part that is not full is committed after a second
    for (
      const endMs = Date.now() + 20_000;
      status.frames < 40 && Date.now() < endMs;
      status = await reader.read()
    );
    assert.deepEqual([status.state, status.frames, status.total], ['running', 40, 100]);
    assert.match(status.holder?.who ?? '', /^conductor-0 since /);
    assert.ok(status.framesPerSecond !== null && status.framesPerSecond > 1 && status.framesPerSecond < 40);
    assert.ok(status.etaSeconds !== null && status.lastActivityAt !== null);
    const { state, errors, warnings } = await verified(address);
    assert.deepEqual([state, errors, warnings], ['running', 0, 0]);
    await output.stop();
    await lease.release();
    assert.equal((await verified(address)).state, 'interrupted');
  });

  it('refuse a bucket and a prefix that hold none', async () => {
    await assert.rejects(verified(`s3://${bucket}/nothing`), { code: 'FF4013' });
    await assert.rejects(verified('s3://facefleet-no-such-bucket/x'), { code: 'FF4011' });
  });
});

async function keysBelow(store: Store, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}
