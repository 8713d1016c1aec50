import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  loadYaml,
  type V1CustomResourceDefinition,
} from '@kubernetes/client-node';
import {
  type ExtractionResource,
  type ExtractionStatus,
  parseExtractionResource,
} from '../../controller/api/extraction-resource.ts';
import { crdFile } from '../../scripts/crd.ts';
import { exampleExtractions } from '../fixtures/example-extractions.ts';
import { wrongExtractions } from '../fixtures/wrong-extractions.ts';
import { type KubeCluster, startKubeCluster } from '../servers/kube-cluster.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { kubectl } from '../servers/kubectl.ts';

const RESOURCE = { group: 'facefleet.dev', version: 'v1alpha1', plural: 'extractions' } as const;
const PLACES = { source: { address: 's3://photos/holiday' }, output: { address: 's3://faces/holiday' } };

const STATUS: ExtractionStatus = {
  phase: 'Running',
  observedGeneration: 1,
  conditions: [
    {
      type: 'Running',
      status: 'True',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
      reason: 'FramesAreComing',
      message: 'Pass 1 of 2.',
    },
  ],
  plan: {
    revision: 1,
    generation: 1,
    job: 'shown-job-1',
    policy: 'fleet',
    summary: '2 passes on 3 Tesla-T4',
    framesPerSec: 130,
    durationSeconds: null,
    passes: [
      {
        stages: [
          { roles: ['detect'], device: 'gpu', product: 'Tesla-T4', replicas: 3, batches: { detect: 8 } },
        ],
      },
    ],
  },
  pass: 0,
  passes: [{ index: 0, state: 'Running', workers: 3, ready: 3, frames: 1200 }],
  progress: {
    total: 5000,
    frames: 1200,
    carried: 0,
    faces: 1734,
    failed: 2,
    framesPerSecond: 123.4,
    etaSeconds: 3900,
    shown: { pass: '1/2', frames: '1200/5000', rate: '123.4/s', eta: '1h5m' },
  },
  attempts: { failures: 1, replacements: 2, countedPods: ['a'], lowered: [] },
  startTime: '2026-01-01T00:00:00Z',
  activeSeconds: 12.5,
};

suite('The definition of Extractions on an API server', { skip: withoutKube }, () => {
  let cluster: KubeCluster;
  let custom: CustomObjectsApi;
  let namespace: string;

  before(async () => {
    cluster = await startKubeCluster();
    await cluster.createCrd(loadYaml<V1CustomResourceDefinition>(crdFile()));
    custom = cluster.config().makeApiClient(CustomObjectsApi);
    const core = cluster.config().makeApiClient(CoreV1Api);
    const made = await core.createNamespace({ body: { metadata: { generateName: 'facefleet-test-' } } });
    namespace = made.metadata!.name!;
  });

  after(async () => {
    await cluster?.config().makeApiClient(CoreV1Api).deleteNamespace({ name: namespace });
    await cluster?.[Symbol.asyncDispose]();
  });

  const at = (name: string) => ({ ...RESOURCE, namespace, name });
  const body = (name: string, spec: unknown) => ({
    apiVersion: 'facefleet.dev/v1alpha1',
    kind: 'Extraction',
    metadata: { name },
    spec,
  });

  async function create(name: string, spec: unknown): Promise<ExtractionResource> {
    const made: unknown = await custom.createNamespacedCustomObject({
      ...RESOURCE,
      namespace,
      body: body(name, spec),
      fieldValidation: 'Strict',
    });
    return made as ExtractionResource;
  }

  async function change(name: string, spec: object): Promise<unknown> {
    const patch = Object.entries(spec).map(([entry, value]) => ({
      op: 'add',
      path: `/spec/${entry}`,
      value: value as unknown,
    }));
    return await custom.patchNamespacedCustomObject({ ...at(name), body: patch });
  }

  /** What the API server says when it refuses. */
  async function refusal(asked: Promise<unknown>): Promise<string> {
    try {
      await asked;
    } catch (error) {
      assert.ok(error instanceof ApiException, String(error));
      return (JSON.parse(String(error.body)) as { readonly message: string }).message;
    }
    throw new Error('it was not refused');
  }

  test('defaults are those that facefleet fills in itself', async () => {
    const made = await create('defaults', PLACES);
    const filled = parseExtractionResource(made, 'made');
    const { metadata, apiVersion, kind } = made;
    const own = parseExtractionResource({ apiVersion, kind, metadata, spec: PLACES }, 'own');
    assert.deepEqual(filled, own);
    assert.deepEqual(made.spec.detector, own.spec.detector);
    assert.deepEqual(made.spec.limits, own.spec.limits);
    // a default of null is left out
    assert.deepEqual({ ...made.spec.planning, maxReplicas: null }, own.spec.planning);
  });

  test('partly filled entries get the defaults of the rest', async () => {
    const spec = {
      ...PLACES,
      detector: { plugin: 'yunet', options: { confidence: 0.5, nested: { deep: [1] } } },
      aligner: { plugin: 'fast68', filters: {} },
      planning: { maxReplicas: 2 },
      podTemplate: { resources: { worker: { requests: { cpu: 2 } } } },
    };
    const made = await create('partly', spec);
    const { metadata, apiVersion, kind } = made;
    assert.deepEqual(
      parseExtractionResource(made, 'made'),
      parseExtractionResource({ apiVersion, kind, metadata, spec }, 'own'),
    );
    assert.deepEqual(made.spec.detector?.options, spec.detector.options);
    assert.equal(made.spec.aligner.filters?.rollDeg, 45);
  });

  for (const { name, spec, says } of wrongExtractions)
    test(`refused: ${name}`, async () => assert.match(await refusal(create('wrong', spec)), says));

  test('unknown entries are refused by name', async () => {
    const message = await refusal(
      create('unknown', { ...PLACES, detektor: null, source: { ...PLACES.source, x: 1 } }),
    );
    assert.match(message, /unknown field "spec\.detektor"/);
    assert.match(message, /unknown field "spec\.source\.x"/);
  });

  test('what makes the result cannot be changed', async () => {
    await create('fixed', {
      ...PLACES,
      detector: { plugin: 'yunet', options: { a: { b: 1 } } },
      maskers: [{ plugin: 'bisenet', options: { list: [1, 2] } }],
    });
    const changes: readonly (readonly [entry: string, change: object])[] = [
      ['source', { source: { ...PLACES.source, everyN: 2 } }],
      ['source', { source: { ...PLACES.source, s3: { region: 'x' } } }],
      ['output', { output: { address: 's3://faces/other' } }],
      ['output', { output: { ...PLACES.output, existing: 'Overwrite' } }],
      ['detector', { detector: { plugin: 'yunet', options: { a: { b: 2 } } } }],
      ['detector', { detector: { plugin: 'none' } }],
      ['detector', { detector: null }],
      ['aligner', { aligner: { plugin: 'mediapipe478', options: { more: true } } }],
      ['aligner', { aligner: { plugin: 'mediapipe478', filters: {} } }],
      ['maskers', { maskers: [] }],
      ['maskers', { maskers: [{ plugin: 'bisenet', options: { list: [2, 1] } }] }],
      ['transport', { transport: 'Reference' }],
      ['limits', { limits: { tries: 4 } }],
    ];
    for (const [entry, changed] of changes)
      assert.match(
        await refusal(change('fixed', changed)),
        new RegExp(`${entry} cannot be changed; delete the Extraction and create a new one`),
        JSON.stringify(changed),
      );
  });

  test('all else can be changed, and null stands for no detector for good', async () => {
    await create('free', { ...PLACES, detector: null });
    const changes = {
      suspend: true,
      priority: 5,
      planning: { maxReplicas: 3, policy: 'compat', tolerations: [{ operator: 'Exists' }] },
      activeDeadlineSeconds: 60,
      ttlSecondsAfterFinished: 0,
      backoffLimit: 0,
      credentials: { s3: { secretName: 'other' } },
      podTemplate: { labels: { team: 'faces' }, image: 'example.org/facefleet:2' },
    };
    const changed = parseExtractionResource(await change('free', changes), 'changed');
    assert.deepEqual([changed.spec.suspend, changed.spec.planning.maxReplicas], [true, 3]);
    assert.deepEqual([changed.spec.detector, changed.metadata.generation], [null, 2]);
    assert.match(
      await refusal(change('free', { detector: { plugin: 'yunet' } })),
      /detector cannot be changed/,
    );
  });

  test('kubectl apply takes every example, twice', async () => {
    const examples = await exampleExtractions();
    assert.ok(examples.length >= 5);
    for (const { file, content } of examples) {
      const path = new URL(`../../charts/facefleet/examples/${file}`, import.meta.url).pathname;
      const apply = () => kubectl(cluster.kubeconfig, 'apply', '-n', namespace, '-f', path);
      assert.match(await apply(), /created/);
      await apply();
      const made: unknown = await custom.getNamespacedCustomObject(at(content.metadata.name));
      assert.equal(parseExtractionResource(made, file).metadata.generation, 1, file);
    }
    const aligned: unknown = await custom.getNamespacedCustomObject(at('aligned'));
    assert.equal(parseExtractionResource(aligned, 'aligned').spec.detector, null);
  });

  test('kubectl shows how far an extraction is', async () => {
    await create('shown', { ...PLACES, priority: 7 });
    await custom.replaceNamespacedCustomObjectStatus({
      ...at('shown'),
      body: { ...((await custom.getNamespacedCustomObject(at('shown'))) as object), status: STATUS },
    });
    const got: unknown = await custom.getNamespacedCustomObject(at('shown'));
    assert.deepEqual(parseExtractionResource(got, 'shown').status, STATUS);
    const table = async (...options: string[]) =>
      (await kubectl(cluster.kubeconfig, 'get', 'fx', 'shown', '-n', namespace, ...options))
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/));
    const [head, row] = await table();
    assert.deepEqual(head, ['NAME', 'PHASE', 'PASS', 'FRAMES', 'FACES', 'FAILED', 'RATE', 'ETA', 'AGE']);
    assert.deepEqual(row!.slice(0, -1), [
      'shown',
      'Running',
      '1/2',
      '1200/5000',
      '1734',
      '2',
      '123.4/s',
      '1h5m',
    ]);
    const [wideHead, wideRow] = await table('-o', 'wide');
    assert.deepEqual(wideHead!.slice(9), [
      'PRIORITY',
      'CRASHES',
      'REPLACED',
      'SOURCE',
      'OUTPUT',
      'PLAN',
      'FAILURE',
    ]);
    assert.deepEqual(wideRow!.slice(9, 12), ['7', '1', '2']);
    assert.match(await kubectl(cluster.kubeconfig, 'get', 'facefleet', '-n', namespace), /^shown /m);
  });

  test('a status that is none is refused, and writing it leaves the generation alone', async () => {
    const made = await create('stated', PLACES);
    const write = (status: object) =>
      custom.patchNamespacedCustomObjectStatus({
        ...at('stated'),
        body: [{ op: 'add', path: '/status', value: status }],
      });
    assert.match(await refusal(write({ phase: 'Busy' })), /status\.phase: .*"Busy"/);
    assert.match(await refusal(write({ pass: -1 })), /status\.pass/);
    assert.match(
      await refusal(write({ conditions: [STATUS.conditions![0], STATUS.conditions![0]] })),
      /status\.conditions\[1\]: Duplicate/,
    );
    const { metadata } = parseExtractionResource(await write(STATUS), 'stated');
    assert.equal(metadata.generation, made.metadata.generation);
  });
});
