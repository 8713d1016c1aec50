import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Plan } from '../../../controller/plan/plan.ts';
import { jobConfigMap, readStoredJob } from '../../../controller/reconcile/jobs/job-config-map.ts';
import { lowerBatches } from '../../../controller/reconcile/jobs/lower-batches.ts';
import { storedJob } from '../../../controller/reconcile/jobs/stored-job-of.ts';
import type { StoredJob } from '../../../controller/reconcile/stored-job.ts';
import { parseJob } from '../../../worker/cluster/job.ts';
import { laneOf } from '../../../worker/cluster/lane-of.ts';
import { extractionOf, requestOf, SETTINGS, videoRequestOf } from '../../fixtures/extraction-resource.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { gpuNode, planned, problemOf } from '../../fixtures/plan-problem.ts';

const plugin = (name: string, vramMiB: number, batch = 4) => ({ name, vramMiB, vramPerBatchMiB: 10, batch });
const FLOW = { detector: plugin('d', 3000), aligner: plugin('a', 3000), maskers: [] };
const extraction = extractionOf({
  spec: { output: { ...extractionOf().spec.output, existing: 'Overwrite' }, transport: 'Reference' },
});

function stored(entries: Record<string, unknown>, previous: StoredJob | null = null): StoredJob {
  const all = { ...FLOW, ...entries };
  const plan = planned(all, previous?.plan ?? null);
  return storedJob(extraction, requestOf(problemOf(all).roles), plan, previous, SETTINGS);
}

/** `lane node`, and the retired ones. */
function lanes({ job, places }: StoredJob): string[] {
  const retired = job.passes.flatMap(({ stages }, pass) =>
    stages.flatMap(({ workers }, stage) =>
      workers.flatMap((worker, replica) =>
        worker.retired ? [`${laneOf({ pass, stage, replica })} retired`] : [],
      ),
    ),
  );
  return [...places.map((place) => `${laneOf(place)} ${place.node}`), ...retired];
}

test('the job says what the Extraction says', () => {
  const { job, revision, generation, name } = stored({ nodes: [gpuNode('a', 'Tesla-T4', 8000)] });
  assert.match(name, /^holiday-job-[0-9a-f]{12}$/);
  assert.deepEqual([revision, generation], [1, 1]);
  const { passes, spec, ...rest } = job;
  assert.deepEqual(rest, {
    format: 'facefleet-job/1',
    extraction: extraction.metadata.uid,
    source: { address: 's3://films/holiday', recursive: true, followLinks: false, everyN: 1, shared: true },
    output: { address: 's3://faces/holiday' },
    overwrite: true,
    keepExisting: 'same-spec',
    decodeTimeoutMs: 30_000,
    models: { ultraface: 'a'.repeat(64) },
    bus: { servers: ['nats://nats.bus:4222'], replicas: 1, ackWaitMs: 30_000 },
    transport: 'reference',
    budgets: { tries: 3, crashes: 2 },
    failureLimits: { inARow: 50, share: 0.5, shareAfter: 200 },
    graceMs: 30_000,
  });
  assert.equal(spec.detector!.plugin, 'ultraface');
  assert.deepEqual(passes, [
    {
      stages: [
        {
          roles: ['detect', 'align'],
          workers: [{ providers: ['cuda'], threads: 1, batches: { detect: 4, align: 4 }, framesInWork: 10 }],
        },
      ],
    },
  ]);
});

test('nodes come and go: who stays keeps its lane', () => {
  const first = stored({ nodes: ['a', 'b', 'c'].map((name) => gpuNode(name, 'Tesla-T4', 8000)) });
  assert.deepEqual(lanes(first), ['p0-s0-r0 a', 'p0-s0-r1 b', 'p0-s0-r2 c']);
  const second = stored({ nodes: ['a', 'c', 'd'].map((name) => gpuNode(name, 'Tesla-T4', 8000)) }, first);
  assert.deepEqual(lanes(second), ['p0-s0-r0 a', 'p0-s0-r2 c', 'p0-s0-r3 d', 'p0-s0-r1 retired']);
  // what is back is another worker
  const third = stored({ nodes: ['b', 'c'].map((name) => gpuNode(name, 'Tesla-T4', 8000)) }, second);
  assert.deepEqual(lanes(third), [
    'p0-s0-r2 c',
    'p0-s0-r4 b',
    'p0-s0-r0 retired',
    'p0-s0-r1 retired',
    'p0-s0-r3 retired',
  ]);
  assert.deepEqual(
    [first, second, third].map(({ revision }) => revision),
    [1, 2, 3],
  );
  assert.equal(new Set([first, second, third].map(({ job }) => job.extraction)).size, 1);
});

test('other stages are another job, which knows the ones before it', () => {
  const first = stored({ nodes: [gpuNode('a', 'Tesla-T4', 8000)] });
  const second = stored({ nodes: [gpuNode('b', 'Tesla-P4', 4000), gpuNode('c', 'Tesla-P4', 4000)] }, first);
  assert.equal(second.job.extraction, `${extraction.metadata.uid}-r2`);
  assert.deepEqual(second.job.earlier, [extraction.metadata.uid]);
  assert.deepEqual(lanes(second), ['p0-s0-r0 b', 'p0-s1-r0 c']);
  const third = stored({ nodes: [gpuNode('a', 'Tesla-T4', 8000)] }, { ...second, plan: first.plan });
  assert.deepEqual(third.job.earlier, [extraction.metadata.uid, `${extraction.metadata.uid}-r2`]);
});

test('out of memory on a GPU: half the batches, in new lanes, now and in later plans', () => {
  const nodes = [gpuNode('a', 'Tesla-T4', 8000)];
  const first = stored({ nodes });
  const lower = lowerBatches(first, 0, 0)!;
  assert.deepEqual(lanes(lower), ['p0-s0-r1 a', 'p0-s0-r0 retired']);
  const [stage] = lower.job.passes[0]!.stages;
  assert.deepEqual(stage!.workers[1], {
    providers: ['cuda'],
    threads: 1,
    batches: { detect: 2, align: 2 },
    framesInWork: 6,
  });
  assert.deepEqual(lower.plan.passes[0]!.stages[0]!.groups[0]!.batches, { detect: 2, align: 2 });
  // a plan that knows nothing of it
  const again = stored({ nodes }, { ...lower, plan: first.plan });
  assert.deepEqual(again.job.passes, lower.job.passes);
  const least = lowerBatches(lower, 0, 0)!;
  assert.deepEqual(least.lessons, [
    { roles: ['detect', 'align'], batches: { detect: 1, align: 1 }, threadMemoryFactor: 1 },
  ]);
  assert.equal(lowerBatches(least, 0, 0), null);
  assert.equal(lowerBatches(first, 1, 0), null);
});

test('out of memory on a CPU: half the threads on the same memory', () => {
  const nodes = [{ name: 'c', cores: 6, memoryMiB: 64_000 }];
  const first = stored({ nodes, options: { device: 'cpu' } });
  assert.deepEqual(first.places, [
    { pass: 0, stage: 0, replica: 0, node: 'c', resource: null, product: 'cpu', cores: 6, memoryMiB: 3072 },
  ]);
  const lower = lowerBatches(first, 0, 0)!;
  assert.equal(lower.job.passes[0]!.stages[0]!.workers[1]!.threads, 3);
  assert.deepEqual(lower.places, [{ ...first.places[0]!, replica: 1, cores: 3 }]);
  // planned again, three threads still get the memory of six
  const again = storedJob(
    extraction,
    requestOf(problemOf({ ...FLOW, nodes }).roles),
    lower.plan,
    lower,
    SETTINGS,
  );
  assert.equal(again, lower);
});

test('decode workers: those that are not wanted any more are retired; none at all is another job', () => {
  const entries = { ...FLOW, nodes: [gpuNode('a', 'Tesla-T4', 8000)] };
  const { roles } = problemOf(entries);
  const of = (decodeWorkers: number, previous: StoredJob | null, kind: 'video' | 'folder' = 'video') =>
    storedJob(
      extractionOf({ planning: { decodeWorkers } }),
      kind === 'video' ? videoRequestOf(roles) : requestOf(roles),
      planned(entries, previous?.plan ?? null),
      previous,
      SETTINGS,
    );
  assert.equal(of(2, null, 'folder').job.decode, undefined);
  const three = of(3, null);
  assert.deepEqual(three.job.decode, { replicas: 3 });
  assert.equal(of(3, three), three);
  const one = of(1, three);
  assert.deepEqual(one.job.decode, { replicas: 1, retired: 2 });
  assert.equal(one.job.extraction, three.job.extraction);
  const two = of(2, one);
  assert.deepEqual(two.job.decode, { replicas: 2, retired: 1 });
  assert.deepEqual(of(4, two).job.decode, { replicas: 4 });
  assert.deepEqual(readStoredJob(jobConfigMap(extraction, two)), two);
  const none = of(0, two);
  assert.equal(none.job.decode, undefined);
  assert.equal(none.job.extraction, `${extraction.metadata.uid}-r4`);
  assert.deepEqual(none.job.earlier, [extraction.metadata.uid]);
});

test('a job of many workers is packed, and can be read again', () => {
  const nodes = Array.from({ length: 300 }, (_, i) => gpuNode(`node-${i}`, 'Tesla-T4', 8000, 8));
  const large = stored({ nodes });
  const configMap = jobConfigMap(extraction, large);
  assert.equal(configMap.data, undefined);
  const packed = Buffer.from(configMap.binaryData!['job.json.gz']!, 'base64');
  assert.deepEqual(parseJob(JSON.parse(gunzipSync(packed).toString()), 'the file'), large.job);
  assert.deepEqual(readStoredJob(configMap), large);
  assert.equal(configMap.immutable, true);
});

test('a job that fits no ConfigMap is refused', () => {
  const first = stored({ nodes: [gpuNode('a', 'Tesla-T4', 8000)] });
  let state = 1;
  // what cannot be packed
  const noise = Array.from({ length: 1_500_000 }, () => {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    return String.fromCharCode(33 + ((state >>> 16) % 90));
  }).join('');
  const reasons: Plan['reasons'] = [{ code: 'Noise', numbers: {}, sentence: noise }];
  const huge = { ...first, plan: { ...first.plan, reasons } };
  assert.throws(() => jobConfigMap(extraction, huge), failsWith('FF5006', huge.name));
});

test('a ConfigMap that was changed is refused', () => {
  const configMap = jobConfigMap(extraction, stored({ nodes: [gpuNode('a', 'Tesla-T4', 8000)] }));
  const data = configMap.data!;
  const changed: Record<string, string>[] = [
    {},
    { ...data, 'job.json': '{' },
    { ...data, 'plan.json': '{}' },
    { ...data, 'job.json': data['job.json']!.replace('"tries":3', '"tries":4') },
    { ...data, 'plan.json': data['plan.json']!.replace('"node":"a"', '"node":"b"') },
  ];
  for (const each of changed)
    assert.throws(
      () => readStoredJob({ ...configMap, data: each }),
      failsWith('FF5007', configMap.metadata!.name!),
    );
  assert.ok(readStoredJob(configMap));
});
