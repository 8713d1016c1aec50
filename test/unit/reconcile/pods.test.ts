import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { V1Pod } from '@kubernetes/client-node';
import type { ExtractionResource } from '../../../controller/api/extraction-resource.ts';
import { childBase, childName } from '../../../controller/reconcile/child-name.ts';
import { storedJob } from '../../../controller/reconcile/jobs/stored-job-of.ts';
import { observePod } from '../../../controller/reconcile/observe-pod.ts';
import {
  cleanerPod,
  conductorPod,
  decoderPods,
  workerPods,
} from '../../../controller/reconcile/pods/wanted-pods.ts';
import type { StoredJob } from '../../../controller/reconcile/stored-job.ts';
import {
  type ExtractionSettings,
  extractionOf,
  requestOf,
  SETTINGS,
  videoRequestOf,
} from '../../fixtures/extraction-resource.ts';
import { gpuNode, planned, problemOf } from '../../fixtures/plan-problem.ts';
import { restrictedViolations } from '../../fixtures/restricted-pod.ts';

const NODES = [gpuNode('gpu-1', 'Tesla-T4', 8000, 2), gpuNode('gpu-2', 'Tesla-T4', 8000)];
const FLOW = { detector: { name: 'd', vramMiB: 7000, vramPerBatchMiB: 50, batch: 4 } };

function made(settings: ExtractionSettings = {}, nodes = NODES, previous: StoredJob | null = null) {
  const extraction = extractionOf(settings);
  const entries = { ...FLOW, nodes };
  const plan = planned(entries, previous?.plan ?? null);
  const stored = storedJob(extraction, requestOf(problemOf(entries).roles), plan, previous, SETTINGS);
  return { extraction, stored };
}

/** The same of a video that so many decode workers share. */
function madeOfVideo(decodeWorkers: number, nodes = NODES, previous: StoredJob | null = null) {
  const extraction = extractionOf({ planning: { decodeWorkers } });
  const entries = { ...FLOW, nodes };
  const plan = planned(entries, previous?.plan ?? null);
  const request = videoRequestOf(problemOf(entries).roles);
  return { extraction, stored: storedJob(extraction, request, plan, previous, SETTINGS) };
}

function allPods(extraction: ExtractionResource, stored: StoredJob) {
  return [
    conductorPod(extraction, stored, SETTINGS),
    ...decoderPods(extraction, stored, SETTINGS),
    ...stored.job.passes.flatMap((_, pass) => workerPods(extraction, stored, pass, SETTINGS)),
    cleanerPod(extraction, stored, SETTINGS),
  ];
}

test('every pod keeps to the Pod Security Standard restricted, and writes nowhere but in its own volumes', () => {
  const template = {
    volumes: [{ name: 'films', claimName: 'films', mountPath: '/films', readOnly: true }],
    labels: { team: 'media' },
    annotations: { note: 'x' },
  };
  const { extraction, stored } = made({ podTemplate: template });
  for (const { name, manifest } of allPods(extraction, stored)) {
    assert.deepEqual(restrictedViolations(manifest.spec!), [], name);
    const { spec } = manifest;
    assert.equal(spec!.automountServiceAccountToken, false);
    assert.equal(spec!.restartPolicy, 'Never');
    const [container] = spec!.containers;
    assert.equal(container!.securityContext!.readOnlyRootFilesystem, true);
    assert.deepEqual(
      container!.volumeMounts!.map(({ mountPath, readOnly = false }) => [mountPath, readOnly]),
      [
        ['/facefleet/job', true],
        ['/tmp', false],
        ['/facefleet/cache', false],
        ['/facefleet/secrets/nats', true],
        ['/films', true],
      ],
    );
    assert.equal(manifest.metadata!.labels!.team, 'media');
    assert.equal(manifest.metadata!.annotations!.note, 'x');
  }
});

test('workers land on the nodes of the plan, each with one GPU', () => {
  const { extraction, stored } = made({ planning: { runtimeClassName: 'nvidia' } });
  const workers = workerPods(extraction, stored, 0, SETTINGS);
  const on = workers.map(({ name, manifest }) => {
    const { affinity, containers, runtimeClassName } = manifest.spec!;
    const [term] = affinity!.nodeAffinity!.requiredDuringSchedulingIgnoredDuringExecution!.nodeSelectorTerms;
    const { limits, requests } = containers[0]!.resources!;
    assert.deepEqual(limits, { 'nvidia.com/gpu': '1' });
    assert.equal(requests!['nvidia.com/gpu'], '1');
    assert.equal(requests!.memory, '2048Mi');
    assert.equal(runtimeClassName, 'nvidia');
    assert.equal(containers[0]!.image, 'registry.example/facefleet-gpu:1');
    return [name, term!.matchFields![0]!.values![0], containers[0]!.command!.slice(0, 9).join(' ')];
  });
  assert.deepEqual(on, [
    ['holiday-p0-s0-r0', 'gpu-1', 'facefleet worker stage --pass 0 --stage 0 --replica 0'],
    ['holiday-p0-s0-r1', 'gpu-1', 'facefleet worker stage --pass 0 --stage 0 --replica 1'],
    ['holiday-p0-s0-r2', 'gpu-2', 'facefleet worker stage --pass 0 --stage 0 --replica 2'],
  ]);
  assert.deepEqual(stored.job.passes[0]!.stages[0]!.workers[0]!.providers, ['cuda']);
  assert.equal(conductorPod(extraction, stored, SETTINGS).manifest.spec!.runtimeClassName, undefined);
});

test('the Secret for buckets that all have need not be there where all is in folders', () => {
  const settings = { ...SETTINGS, s3SecretName: 'buckets' };
  const folder = { ...extractionOf().spec.source, address: '/data/films' };
  const output = { ...extractionOf().spec.output, address: 'file:///data/faces' };
  const secret = (spec: ExtractionSettings['spec'], models = {}): unknown => {
    const { extraction, stored } = made({ spec: spec ?? {} });
    const [worker] = workerPods(extraction, stored, 0, { ...settings, models });
    return worker!.manifest.spec!.containers[0]!.envFrom![0]!.secretRef;
  };
  assert.deepEqual(secret({ source: folder, output }), { name: 'buckets', optional: true });
  assert.deepEqual(secret({ source: folder }), { name: 'buckets' });
  assert.deepEqual(secret({ output }), { name: 'buckets' });
  assert.deepEqual(secret({ source: folder, output }, { store: 's3://models' }), { name: 'buckets' });
  // who names one needs it
  const credentials = { s3: { secretName: 'own' } };
  assert.deepEqual(secret({ source: folder, output, credentials }), { name: 'own' });
});

test('the conductor: its command, its probes, and where its credentials come from', () => {
  const credentials = { s3: { secretName: 'films' } };
  const { extraction, stored } = made({ spec: { credentials } });
  const { manifest, role } = conductorPod(extraction, stored, SETTINGS);
  const [container] = manifest.spec!.containers;
  assert.deepEqual(role, { kind: 'conductor' });
  assert.deepEqual(container!.command, [
    'facefleet',
    'worker',
    'conductor',
    '--owner',
    `holiday-conductor of ${extraction.metadata.uid}`,
    '--job',
    '/facefleet/job/job.json',
    '--termination-log',
    '/dev/termination-log',
    '--listen',
    '9464',
  ]);
  assert.deepEqual(container!.envFrom, [
    { secretRef: { name: 'films' } },
    { secretRef: { name: 'facefleet-nats' } },
  ]);
  assert.deepEqual(
    manifest.spec!.volumes!.flatMap(({ name, secret }) => (secret ? [[name, secret]] : [])),
    [
      ['facefleet-secret-s3', { secretName: 'films', optional: true, defaultMode: 0o440 }],
      ['facefleet-secret-nats', { secretName: 'facefleet-nats', optional: true, defaultMode: 0o440 }],
    ],
  );
  assert.deepEqual(container!.ports, [{ name: 'telemetry', containerPort: 9464, protocol: 'TCP' }]);
  assert.deepEqual(container!.livenessProbe!.httpGet, { path: '/healthz', port: 'telemetry' });
  assert.deepEqual(container!.readinessProbe!.httpGet, { path: '/readyz', port: 'telemetry' });
  assert.equal(manifest.spec!.terminationGracePeriodSeconds, 45);
  assert.deepEqual(manifest.spec!.volumes![0], { name: 'facefleet-job', configMap: { name: stored.name } });
  assert.ok(container!.env!.some(({ name, value }) => name === 'MALLOC_ARENA_MAX' && value === '2'));
  assert.deepEqual(manifest.metadata!.ownerReferences, [
    {
      apiVersion: 'facefleet.dev/v1alpha1',
      kind: 'Extraction',
      name: 'holiday',
      uid: extraction.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
});

test('the pod template: images, accounts, pull secrets, priority, resources', () => {
  const podTemplate = {
    image: 'mine:cpu',
    gpuImage: 'mine:gpu',
    imagePullPolicy: 'Always' as const,
    imagePullSecrets: ['pull'],
    serviceAccountName: 'films',
    priorityClassName: 'low',
    resources: {
      worker: { requests: { memory: '6Gi' }, limits: { memory: '8Gi', cpu: '500m', 'nvidia.com/gpu': '4' } },
      conductor: { requests: { cpu: '2' } },
    },
  };
  const { extraction, stored } = made({ podTemplate });
  const worker = workerPods(extraction, stored, 0, SETTINGS)[0]!.manifest.spec!;
  assert.equal(worker.containers[0]!.image, 'mine:gpu');
  assert.equal(worker.containers[0]!.imagePullPolicy, 'Always');
  assert.deepEqual(worker.imagePullSecrets, [{ name: 'pull' }]);
  assert.equal(worker.serviceAccountName, 'films');
  assert.equal(worker.priorityClassName, 'low');
  assert.deepEqual(worker.containers[0]!.resources, {
    // one core is planned, but half of one is the limit
    requests: { cpu: '500m', memory: '6Gi', 'nvidia.com/gpu': '1' },
    limits: { memory: '8Gi', cpu: '500m', 'nvidia.com/gpu': '1' },
  });
  const conductor = conductorPod(extraction, stored, SETTINGS).manifest.spec!;
  assert.equal(conductor.containers[0]!.image, 'mine:cpu');
  assert.deepEqual(conductor.containers[0]!.resources, { requests: { cpu: '2', memory: '1024Mi' } });
});

test('a node more: the conductor and new workers are made anew, the others are left alone', () => {
  const { extraction, stored } = made();
  const next = made({}, [...NODES, gpuNode('gpu-3', 'Tesla-T4', 8000)], stored).stored;
  assert.equal(next.job.extraction, stored.job.extraction);
  assert.equal(next.revision, 2);
  const before = new Map(allPods(extraction, stored).map(({ name, templateHash }) => [name, templateHash]));
  const changed = allPods(extraction, next).filter(
    ({ name, templateHash }) => before.get(name) !== templateHash,
  );
  assert.deepEqual(
    changed.map(({ name }) => name),
    ['holiday-conductor', 'holiday-p0-s0-r3', 'holiday-p1-s0-r3'],
  );
});

test('decode workers of a video: their command, what they ask for, and what makes them anew', () => {
  const { extraction, stored } = madeOfVideo(2);
  const pods = decoderPods(extraction, stored, SETTINGS);
  assert.deepEqual(
    pods.map(({ name, role, manifest }) => {
      assert.deepEqual(restrictedViolations(manifest.spec!), []);
      assert.equal(manifest.metadata!.labels!['app.kubernetes.io/component'], 'decoder');
      assert.deepEqual(observePod({ metadata: { ...manifest.metadata, uid: 'x' } })!.role, role);
      const [container] = manifest.spec!.containers;
      assert.deepEqual(container!.resources, { requests: { cpu: '1000m', memory: '1024Mi' } });
      assert.equal(container!.image, SETTINGS.images.cpu);
      assert.deepEqual(container!.envFrom, [{ secretRef: { name: 'facefleet-nats' } }]);
      return [name, container!.command!.slice(0, 5).join(' ')];
    }),
    [
      ['holiday-d0', 'facefleet worker decode --replica 0'],
      ['holiday-d1', 'facefleet worker decode --replica 1'],
    ],
  );
  const hashes = ({ extraction: of, stored: job }: ReturnType<typeof madeOfVideo>) =>
    [...decoderPods(of, job, SETTINGS), ...workerPods(of, job, 0, SETTINGS)].map((pod) => pod.templateHash);
  const [first, second, ...workers] = hashes({ extraction, stored });
  // one more: the others stay
  const three = madeOfVideo(3, NODES, stored);
  assert.deepEqual(hashes(three).toSpliced(2, 1), [first, second, ...workers]);
  // they send to a lane more
  const wider = hashes(madeOfVideo(2, [...NODES, gpuNode('gpu-3', 'Tesla-T4', 8000)], stored));
  assert.ok(!wider.includes(first!));
  assert.deepEqual(wider.slice(2, 5), workers);
  assert.deepEqual(decoderPods(made().extraction, made().stored, SETTINGS), []);
});

test('other settings of a pod make it anew; other bookkeeping does not', () => {
  const hashOf = ({ extraction, stored }: ReturnType<typeof made>) =>
    workerPods(extraction, stored, 0, SETTINGS)[0]!.templateHash;
  const usual = hashOf(made());
  assert.equal(hashOf(made({ spec: { suspend: true, priority: 5, backoffLimit: 1 } })), usual);
  assert.notEqual(hashOf(made({ podTemplate: { gpuImage: 'other' } })), usual);
  assert.notEqual(hashOf(made({ podTemplate: { labels: { a: 'b' } } })), usual);
  assert.notEqual(hashOf(made({ spec: { transport: 'Reference' } })), usual);
});

test('workers get their models from the store and keep them on the claim; conductors need none', () => {
  const { extraction, stored } = made();
  const models = { store: 's3://bucket/models', endpoint: 'https://s3:9000', cacheClaim: 'models' };
  const settings = { ...SETTINGS, models };
  const seen = ({ manifest }: { readonly manifest: V1Pod }) => {
    const { containers, volumes } = manifest.spec!;
    const { name: _, ...cache } = volumes!.find(({ name }) => name === 'facefleet-cache')!;
    const env = containers[0]!.env!.filter(({ name }) => name.startsWith('FACEFLEET_MODELS'));
    return [cache, env];
  };
  const worker = workerPods(extraction, stored, 0, settings)[0]!;
  assert.deepEqual(seen(worker), [
    { persistentVolumeClaim: { claimName: 'models' } },
    [
      { name: 'FACEFLEET_MODELS_STORE', value: 's3://bucket/models' },
      { name: 'FACEFLEET_MODELS_ENDPOINT', value: 'https://s3:9000' },
    ],
  ]);
  assert.deepEqual(restrictedViolations(worker.manifest.spec!), []);
  assert.notEqual(worker.templateHash, workerPods(extraction, stored, 0, SETTINGS)[0]!.templateHash);
  assert.deepEqual(seen(conductorPod(extraction, stored, settings)), [{ emptyDir: {} }, []]);
  assert.deepEqual(seen(workerPods(extraction, stored, 0, SETTINGS)[0]!), [{ emptyDir: {} }, []]);
});

test('Kueue: workers of a pass are one group; too many kinds of pods are admitted one by one', () => {
  const labels = { 'kueue.x-k8s.io/queue-name': 'gpus' };
  const { extraction, stored } = made({ labels });
  const marks = ({ manifest }: { readonly manifest: V1Pod }) => ({
    queue: manifest.metadata!.labels!['kueue.x-k8s.io/queue-name'],
    group: manifest.metadata!.labels!['kueue.x-k8s.io/pod-group-name'],
    total: manifest.metadata!.annotations!['kueue.x-k8s.io/pod-group-total-count'],
  });
  const workers = workerPods(extraction, stored, 0, SETTINGS).map(marks);
  assert.match(workers[0]!.group!, /^holiday-p0-[0-9a-f]{8}$/);
  assert.deepEqual(
    workers,
    Array.from({ length: 3 }, () => ({ queue: 'gpus', group: workers[0]!.group, total: '3' })),
  );
  const alone = { queue: 'gpus', group: undefined, total: undefined };
  assert.deepEqual(marks(conductorPod(extraction, stored, SETTINGS)), alone);
  assert.deepEqual(marks(cleanerPod(extraction, stored, SETTINGS)), { ...alone, queue: undefined });
  const many = Array.from({ length: 9 }, (_, i) => gpuNode(`n${i}`, 'Tesla-T4', 8000));
  const wide = made({ labels }, many);
  assert.deepEqual(marks(workerPods(wide.extraction, wide.stored, 0, SETTINGS)[8]!), alone);
});

test('names are DNS labels that no two extractions share', () => {
  const long = 'a'.repeat(253);
  const names = [
    'a',
    'holiday',
    'a.b',
    'a-b',
    `${long.slice(0, 250)}-b`,
    long,
    'x'.repeat(49),
    'x'.repeat(50),
    `${'y'.repeat(39)}.${'z'.repeat(20)}`,
  ];
  const pods = names.map((name) => childName(name, 'p63-s63-r9999'));
  for (const pod of pods) assert.match(pod, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  assert.equal(new Set(pods).size, names.length);
  assert.equal(childBase('x'.repeat(49)), 'x'.repeat(49));
  const { extraction, stored } = made({ name: long });
  for (const { name, manifest } of allPods(extraction, stored)) {
    assert.ok(name.length <= 63);
    for (const value of Object.values(manifest.metadata!.labels!)) assert.ok(value.length <= 63);
  }
  assert.ok(stored.name.length <= 253);
});
