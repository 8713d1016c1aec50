import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { storedJob } from '../../../controller/reconcile/jobs/stored-job-of.ts';
import { type Job, parseJob, presentWorkers, readJob } from '../../../worker/cluster/job.ts';
import { extractionOf, requestOf, SETTINGS } from '../../fixtures/extraction-resource.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { gpuNode, planned, problemOf } from '../../fixtures/plan-problem.ts';
import { scratch } from '../../fixtures/scratch.ts';

const entries = { maskers: [], nodes: [gpuNode('a', 'Tesla-T4', 16_000, 2)] };
const request = requestOf(problemOf(entries).roles);
const { job } = storedJob(extractionOf(), request, planned(entries), null, SETTINGS);
const folder = scratch();

function withRetired(...replicas: readonly number[]): Job {
  const passes = job.passes.map(({ stages }) => ({
    stages: stages.map((stage) => ({
      ...stage,
      workers: stage.workers.map((worker, i) =>
        replicas.includes(i) ? { ...worker, retired: true as const } : worker,
      ),
    })),
  }));
  return { ...job, passes };
}

test('a job is read plain or packed, under its name or with .gz after it', async () => {
  const text = JSON.stringify(job);
  const file = (name: string, bytes: string | Buffer): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name.replace(/\.gz$/, ''));
  };
  assert.deepEqual(await readJob(file('plain.json', text)), job);
  assert.deepEqual(await readJob(file('packed.json', gzipSync(text))), job);
  assert.deepEqual(await readJob(file('named.json.gz', gzipSync(text))), job);
  await assert.rejects(readJob(join(folder, 'none.json')), failsWith('FF5002', 'none.json'));
  const damaged = gzipSync(text).subarray(0, 40);
  await assert.rejects(readJob(file('damaged.json', damaged)), failsWith('FF5002', 'damaged.json'));
});

test('retired workers keep the others their numbers; a stage cannot be without any', () => {
  const retired = parseJob(withRetired(0), 'the job');
  const numbers = presentWorkers(retired.passes[0]!.stages[0]!).map(({ replica }) => replica);
  assert.deepEqual(numbers, [1]);
  assert.throws(
    () => parseJob(withRetired(0, 1), 'the job'),
    failsWith('FF5002', 'all workers of', 'retired'),
  );
});
