import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pino from 'pino';
import { openJobBus } from '../../../worker/cluster/open-job-bus.ts';
import { STATUS_TOPIC } from '../../../worker/cluster/topics.ts';
import { planRecord } from '../../../worker/conductor/cluster/job-record.ts';
import { openOutput } from '../../../worker/conductor/open-output.ts';
import { openDirStore } from '../../../worker/store/dir-store.ts';
import { JobProcesses, jobOf, lastEvent, printed } from '../../fixtures/cluster-job.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { type NatsServer, startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';

const FAST = ['--size', '128', '--threads', '1', '--workers', '1', '--grace', '1'];

describe('the end of a cluster run', { skip: withoutNatsServer }, () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  let nats: NatsServer;

  before(async () => {
    nats = await startNatsServer();
    await smallPhotos(input, 2);
  });
  after(() => nats?.[Symbol.asyncDispose]());

  it('leaves nothing of an earlier job; a worker that starts too late ends and leaves no lane', async () => {
    const output = join(folder, 'late');
    const args = [...FAST, '--nats', nats.url];
    const [earlier, job] = [await jobOf(input, output, args), await jobOf(input, output, args)];
    for (const name of ['attempts/p0-s0-1-1', 'attempts/p0-s0-1-2', `tmp/${earlier.extraction}/onward-1`]) {
      mkdirSync(join(output, name, '..'), { recursive: true });
      writeFileSync(join(output, name), 'x');
    }
    writeFileSync(join(output, 'job.json'), JSON.stringify(earlier));
    const processes = new JobProcesses(job, join(folder, 'late.json'));
    const worker = processes.worker(0);
    assert.equal(lastEvent(await processes.conductor('--log-level', 'warn').ended, 0).frames, 2);
    assert.equal((await worker.ended).code, 0);
    for (const name of ['attempts/p0-s0-1-1', 'attempts/p0-s0-1-2', `tmp/${earlier.extraction}/onward-1`])
      assert.ok(!existsSync(join(output, name)), name);

    const [record, aside] = [join(output, 'extraction.json'), join(folder, 'aside.json')];
    renameSync(record, aside);
    const bus = await openJobBus(job, 'test', pino({ level: 'silent' }));
    const words = bus.listen(STATUS_TOPIC)[Symbol.asyncIterator]();
    const late = processes.worker(0);
    await words.next();
    renameSync(aside, record);
    const end = await Promise.race([late.ended, new Promise((r) => setTimeout(r, 30_000).unref())]);
    late.child.kill('SIGKILL');
    assert.equal((end as { code: number } | undefined)?.code, 0, 'it ends by itself');
    assert.deepEqual(await bus.depths(), []);
    await bus.close();
  });

  it('leaves nothing of a conductor that was killed right after the end', async () => {
    const output = join(folder, 'ended');
    const job = await jobOf(input, output, [...FAST, '--nats', nats.url]);
    const log = await openOutput(await openDirStore(output), { spec: job.spec });
    await log.finish({ plan: planRecord(job) });
    const left = ['parts/part-000003.jsonl', 'passes/0/part-000000.jsonl', `tmp/${job.extraction}/image-1`];
    for (const name of left) {
      mkdirSync(join(output, name, '..'), { recursive: true });
      writeFileSync(join(output, name), 'x');
    }
    await using bus = await openJobBus(job, 'test', pino({ level: 'silent' }));
    await bus.results();
    const end = await new JobProcesses(job, join(folder, 'ended.json')).conductor().ended;
    assert.equal(lastEvent(end, 0).event, 'complete');
    for (const name of left) assert.ok(!existsSync(join(output, name)), name);
    assert.deepEqual(await bus.depths(), []);
  });

  it('does not wait for a bus that is away', async () => {
    const output = join(folder, 'away');
    const job = await jobOf(input, output, [...FAST, '--nats', nats.url]);
    const conductor = new JobProcesses(job, join(folder, 'away.json')).conductor();
    await printed(conductor, 'stdout', /"pass"/);
    await nats.kill();
    conductor.child.kill('SIGINT');
    const end = await conductor.ended;
    assert.ok(lastEvent(end, 130).interrupted);
    assert.ok(end.durationMs < 60_000, `${end.durationMs} ms`);
  });
});
