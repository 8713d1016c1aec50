import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExtractionResource } from '../../../controller/api/extraction-resource.ts';
import type { Plan } from '../../../controller/plan/plan.ts';
import { planAll } from '../../../controller/plan/several/plan-all.ts';
import { storedJob } from '../../../controller/reconcile/jobs/stored-job-of.ts';
import { LABELS } from '../../../controller/reconcile/labels.ts';
import type { ResolvedRequest } from '../../../controller/reconcile/observed.ts';
import { type RoundInput, roundDemands } from '../../../controller/reconcile/round-demands.ts';
import {
  type ExtractionSettings,
  extractionOf,
  requestOf,
  SETTINGS,
  videoRequestOf,
} from '../../fixtures/extraction-resource.ts';
import { kubeNode, kubePod, nvidiaLabels, type PodSettings } from '../../fixtures/kube-objects.ts';
import { codes, problemOf, shape } from '../../fixtures/plan-problem.ts';

const CONDUCTOR = SETTINGS.conductor;
/** faceswap's plugins of 2020: together they need more than 8 GB. */
const HEAVY = requestOf(problemOf({}).roles);

function gpuNode(name: string, product: string, memoryMiB: number, count = 1, cpus = 16) {
  const devices = { 'nvidia.com/gpu': String(count) };
  return kubeNode({ name, cpus, labels: nvidiaLabels(product, memoryMiB, count), devices });
}

/** A pod of an extraction. */
function podOf(extraction: ExtractionResource, component: string, settings: PodSettings) {
  const pod = kubePod(settings);
  const labels = { [LABELS.uid]: extraction.metadata.uid, [LABELS.component]: component };
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

function round(extractions: readonly ExtractionResource[], input: Partial<RoundInput>, request = HEAVY) {
  const requests = new Map(extractions.map(({ metadata }) => [metadata.uid, request]));
  const all = {
    extractions,
    requests,
    jobs: new Map(),
    nodes: [],
    pods: [],
    profiles: [],
    conductor: CONDUCTOR,
  };
  const { demands, nodes } = roundDemands({ ...all, ...input });
  return new Map(planAll(demands, nodes).map((share) => [share.name, share]));
}

function planOf(extraction: ExtractionResource, input: Partial<RoundInput>, request?: ResolvedRequest): Plan {
  const { result } = round([extraction], input, request).get(extraction.metadata.uid)!;
  if (result.outcome !== 'planned') throw new Error(`no plan: ${JSON.stringify(result)}`);
  return result;
}

/** `node×count` of all passes. */
function places({ passes }: Plan): string {
  return passes
    .map(({ stages }) =>
      stages
        .flatMap(({ groups }) => groups.flatMap(({ placements }) => placements))
        .map(({ node, count }) => `${node}×${count}`)
        .join(' '),
    )
    .join(' → ');
}

test('an 8 GB card: two passes; two of them: a pipeline; 24 GB: all together', () => {
  const one = extractionOf();
  const small = (name: string) => gpuNode(name, 'Tesla-P4', 7680);
  const timed = (name: string) => ({
    name,
    vramMiB: 6000,
    vramPerBatchMiB: 50,
    batch: 4,
    throughput: [{ batch: 4, framesPerSec: 100 }],
  });
  const even = requestOf(problemOf({ detector: timed('d'), aligner: timed('a'), maskers: [] }).roles);
  assert.equal(shape(planOf(one, { nodes: [small('a')] }, even)), 'detect → align');
  assert.equal(shape(planOf(one, { nodes: [small('a'), small('b')] }, even)), 'detect | align');
  assert.equal(shape(planOf(one, { nodes: [gpuNode('l', 'NVIDIA-L4', 23_034)] }, even)), 'detect+align');
});

test('only those that want to run are planned', () => {
  const nodes = [gpuNode('l', 'NVIDIA-L4', 23_034)];
  const shares = (settings: ExtractionSettings) => round([extractionOf(settings)], { nodes }).size;
  assert.equal(shares({}), 1);
  assert.equal(shares({ spec: { suspend: true } }), 0);
  assert.equal(shares({ status: { phase: 'Succeeded' } as NonNullable<ExtractionResource['status']> }), 0);
  const gone = extractionOf();
  gone.metadata.deletionTimestamp = '2026-03-02T09:00:00Z';
  assert.equal(round([gone], { nodes }).size, 0);
  const fault = new Map([[gone.metadata.uid, { code: 'FF5003', message: 'x' } as const]]);
  assert.equal(round([extractionOf()], { nodes, requests: fault }).size, 0);
});

test('what others hold is not free; what its own workers hold is', () => {
  const one = extractionOf();
  const nodes = [gpuNode('a', 'NVIDIA-L4', 23_034), gpuNode('b', 'NVIDIA-L4', 23_034)];
  const requests = { 'nvidia.com/gpu': '1', cpu: '1' };
  const other = kubePod({ name: 'other', node: 'a', requests });
  const own = podOf(one, 'worker', { name: 'own', node: 'b', requests });
  assert.equal(places(planOf(one, { nodes, pods: [other, own] })), 'b×1');
  const { result } = round([one], { nodes: nodes.slice(0, 1), pods: [other] }).get(one.metadata.uid)!;
  assert.equal(result.outcome, 'refused');
});

test('a plan that is carried out stays as it is while nothing pays', () => {
  const one = extractionOf();
  const nodes = [gpuNode('a', 'NVIDIA-L4', 23_034, 8), gpuNode('b', 'NVIDIA-L4', 23_034, 8)];
  const running = planOf(one, { nodes });
  const jobs = new Map([[one.metadata.uid, storedJob(one, HEAVY, running, null, SETTINGS)]]);
  assert.equal(planOf(one, { nodes, jobs }), running);
  // one GPU more: a sixteenth
  const more = [...nodes, gpuNode('c', 'NVIDIA-L4', 23_034)];
  assert.equal(planOf(one, { nodes: more, jobs }), running);
  const many = [...nodes, gpuNode('c', 'NVIDIA-L4', 23_034, 8)];
  assert.equal(places(planOf(one, { nodes: many, jobs })), 'a×8 b×8 c×8');
  // a node less
  assert.equal(places(planOf(one, { nodes: nodes.slice(1), jobs })), 'b×8');
  // what it may use has changed
  const few = extractionOf({ planning: { maxReplicas: 3 } });
  assert.equal(places(planOf(few, { nodes, jobs })), 'a×3');
  const elsewhere = extractionOf({ planning: { excludeGpus: ['a'] } });
  assert.equal(places(planOf(elsewhere, { nodes, jobs })), 'b×8');
});

test('CPU workers keep their threads when others come to their node, as long as there is room', () => {
  const one = extractionOf({ planning: { device: 'cpu' } });
  const nodes = [kubeNode({ name: 'c', cpus: 12 })];
  const conductor = podOf(one, 'conductor', { name: 'x', node: 'c', requests: { cpu: '1' } });
  const running = planOf(one, { nodes, pods: [conductor] });
  assert.equal(running.passes[0]!.stages[0]!.groups[0]!.placements[0]!.threads, 10);
  const jobs = new Map([[one.metadata.uid, storedJob(one, HEAVY, running, null, SETTINGS)]]);
  const beside = (cpu: string) => [conductor, kubePod({ name: 'other', node: 'c', requests: { cpu } })];
  assert.equal(planOf(one, { nodes, jobs, pods: beside('500m') }), running);
  const less = planOf(one, { nodes, jobs, pods: beside('4') });
  assert.equal(less.passes[0]!.stages[0]!.groups[0]!.placements[0]!.threads, 6);
});

test('workers leave room for a conductor that has no node yet', () => {
  const one = extractionOf({ planning: { device: 'cpu' } });
  const nodes = [kubeNode({ name: 'c', cpus: 4 })];
  const threads = (pods: RoundInput['pods']) =>
    planOf(one, { nodes, pods }).passes[0]!.stages[0]!.groups[0]!.placements[0]!.threads;
  assert.equal(threads([]), 2);
  assert.equal(threads([podOf(one, 'conductor', { name: 'x', node: 'c', requests: { cpu: '1' } })]), 2);
});

test('workers leave room for decode workers of a video that have no node yet', () => {
  const one = extractionOf({ planning: { device: 'cpu', decodeWorkers: 2 } });
  const nodes = [kubeNode({ name: 'c', cpus: 8 })];
  const threads = (pods: RoundInput['pods'], request: ResolvedRequest) =>
    planOf(one, { nodes, pods }, request).passes[0]!.stages[0]!.groups[0]!.placements[0]!.threads;
  const video = videoRequestOf(problemOf({}).roles);
  assert.equal(threads([], HEAVY), 6);
  assert.equal(threads([], video), 4);
  const requests = { cpu: '1' };
  const pods = ['conductor', 'decoder'].map((component) =>
    podOf(one, component, { name: component, node: 'c', requests }),
  );
  assert.equal(threads(pods, video), 4, 'what they hold is not free');
});

test('two extractions share the GPUs, and the first one gives its part up', () => {
  const nodes = [gpuNode('a', 'NVIDIA-L4', 23_034, 4)];
  const first = extractionOf();
  const running = planOf(first, { nodes });
  const jobs = new Map([[first.metadata.uid, storedJob(first, HEAVY, running, null, SETTINGS)]]);
  const second = extractionOf({ name: 'later', uid: 'second', createdAt: '2026-03-02T10:00:00Z' });
  const shares = round([second, first], { nodes, jobs });
  const held = [first, second].map(({ metadata }) => places(shares.get(metadata.uid)!.result as Plan));
  assert.deepEqual(held, ['a×2', 'a×2']);
});

test('only the resources that are named count as GPUs', () => {
  const devices = { 'nvidia.com/gpu': '1' };
  const nodes = [kubeNode({ name: 'a', devices, labels: nvidiaLabels('NVIDIA-L4', 23_034, 1) })];
  const mine = (gpuResources: string[]) => extractionOf({ planning: { gpuResources } });
  assert.equal(places(planOf(mine(['nvidia.com/gpu']), { nodes })), 'a×1');
  const none = mine(['nvidia.com/mig-1g.10gb']);
  // no GPU may be used: on the CPUs
  assert.equal(planOf(none, { nodes }).passes[0]!.stages[0]!.device, 'cpu');
  const onlyGpu = extractionOf({ planning: { gpuResources: ['nvidia.com/mig-1g.10gb'], device: 'gpu' } });
  const { result } = round([onlyGpu], { nodes }).get(onlyGpu.metadata.uid)!;
  assert.equal(result.outcome, 'refused');
  assert.ok(result.outcome === 'refused' && codes(result).includes('GpuNotSelected'));
});

test('what was learned about memory is planned with', () => {
  const one = extractionOf();
  const nodes = [gpuNode('l', 'NVIDIA-L4', 23_034)];
  const first = storedJob(one, HEAVY, planOf(one, { nodes }), null, SETTINGS);
  const lessons = [
    { roles: ['detect', 'align', 'mask_0', 'mask_1'], batches: { align: 3 }, threadMemoryFactor: 1 },
  ];
  const jobs = new Map([[one.metadata.uid, { ...first, lessons, plan: { ...first.plan, passes: [] } }]]);
  const again = planOf(one, { nodes, jobs });
  assert.equal(again.passes[0]!.stages[0]!.groups[0]!.batches.align, 3);
});
