import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from '../../../../controller/api/extraction-manifest.ts';
import {
  type ExtractionOptions,
  submitManifest,
} from '../../../../controller/cli/extractions/submit-manifest.ts';
import { failsWith } from '../../../fixtures/fails-with.ts';

const build = (options: ExtractionOptions, output = 's3://faces/holiday', source = 's3://photos/in') =>
  submitManifest(source, output, options);

test('nothing is said that the command line does not say', () => {
  assert.deepEqual(build({}), {
    apiVersion: 'facefleet.dev/v1alpha1',
    kind: 'Extraction',
    metadata: { name: 'holiday' },
    spec: { source: { address: 's3://photos/in' }, output: { address: 's3://faces/holiday' } },
  });
});

test('every option has its entry, and the API takes what comes out', () => {
  const manifest = build(
    {
      name: 'mine',
      detector: 'yunet',
      aligner: 'fast68',
      masker: ['bisenet', 'extended'],
      pluginOptions: { yunet: { confidence: 0.8 }, bisenet: { includeHair: true } },
      minSize: { unit: 'px', value: 40 },
      maxSize: { unit: 'percent', value: 80 },
      rotate: [0, 90],
      normalize: 'hist',
      reFeed: 2,
      reAlign: true,
      alignFilters: true,
      filters: { rollDeg: 30 },
      recursive: true,
      everyN: 5,
      size: 256,
      skipFaces: true,
      debugLandmarks: true,
      existing: 'Keep',
      endpoint: 'https://s3.example.org:9000',
      region: 'eu-1',
      s3Secret: 'photos',
      natsSecret: 'bus',
      volume: [{ claimName: 'nas', mountPath: '/nas', readOnly: true }],
      policy: 'compat',
      device: 'gpu',
      maxReplicas: 4,
      priority: 7,
      deadline: 3600,
      ttl: 60,
      suspend: true,
    },
    '/data/out',
  );
  assert.deepEqual(manifest.metadata, { name: 'mine' });
  assert.deepEqual(manifest.spec, {
    source: {
      address: 's3://photos/in',
      recursive: true,
      everyN: 5,
      s3: { endpoint: 'https://s3.example.org:9000', region: 'eu-1' },
    },
    output: { address: '/data/out', sizePx: 256, faces: false, debugLandmarks: true, existing: 'Keep' },
    detector: {
      plugin: 'yunet',
      options: { confidence: 0.8 },
      anglesDeg: [0, 90],
      minDiagonalPx: 40,
      maxPercent: 80,
    },
    aligner: { plugin: 'fast68', normalise: 'hist', reFeeds: 2, reAlign: true, filters: { rollDeg: 30 } },
    maskers: [{ plugin: 'bisenet', options: { includeHair: true } }, { plugin: 'extended' }],
    planning: { policy: 'compat', device: 'gpu', maxReplicas: 4 },
    credentials: { s3: { secretName: 'photos' }, nats: { secretName: 'bus' } },
    podTemplate: { volumes: [{ name: 'volume-0', claimName: 'nas', mountPath: '/nas', readOnly: true }] },
    priority: 7,
    activeDeadlineSeconds: 3600,
    ttlSecondsAfterFinished: 60,
    suspend: true,
  });
  const checked = parseManifest(manifest, null);
  assert.equal(checked.spec.detector?.minDiagonalPx, 40);
});

test('a part of a plugin names the usual one', () => {
  assert.deepEqual(build({ minSize: { unit: 'percent', value: 5 } }).spec.detector, {
    plugin: 'ultraface',
    minPercent: 5,
  });
  assert.deepEqual(build({ reAlign: true }).spec.aligner, { plugin: 'mediapipe478', reAlign: true });
  assert.deepEqual(build({ pluginOptions: { extended: { a: 1 } } }).spec.maskers, [
    { plugin: 'components' },
    { plugin: 'extended', options: { a: 1 } },
  ]);
  assert.deepEqual(build({ masker: ['none'] }).spec.maskers, []);
  assert.equal(parseManifest(build({ detector: 'none' }), null).spec.detector, null);
});

test('the name follows from the output, so that the same command means the same extraction', () => {
  const rows: readonly (readonly [output: string, name: string])[] = [
    ['s3://faces', 'faces'],
    ['s3://faces/2024/', '2024'],
    ['s3://faces/Holiday Photos_2', 'holiday-photos-2'],
    ['/data/out.d', 'out-d'],
    ['file:///data/Aus+gabe', 'aus-gabe'],
    [`s3://b/${'x'.repeat(49)}-y`, 'x'.repeat(49)],
  ];
  for (const [output, name] of rows) assert.deepEqual(build({}, output).metadata, { name }, output);
  assert.deepEqual(build({ generateName: true }).metadata, { generateName: 'holiday-' });
  assert.deepEqual(build({ generateName: 'try-' }).metadata, { generateName: 'try-' });
});

test('what contradicts itself is refused', () => {
  const rows: readonly (readonly [ExtractionOptions, string, string])[] = [
    [{ name: 'a', generateName: true }, 's3://b/c', '--generate-name'],
    [{ maxSize: { unit: 'px', value: 9 } }, 's3://b/c', '--max-size'],
    [{ masker: ['none', 'extended'] }, 's3://b/c', '--masker none'],
    [{}, 's3://b/…', '--name'],
  ];
  for (const [options, output, said] of rows)
    assert.throws(() => build(options, output), failsWith('FF5001', said));
});

test('wrong entries are told with their names before anything is sent', () => {
  const manifest = build({});
  const spec = { ...manifest.spec, detektor: { plugin: 'yunet' }, backoffLimit: -1 };
  assert.throws(() => parseManifest({ ...manifest, spec }, 'a.yaml'), failsWith('FF5002', 'a.yaml: '));
  assert.throws(() => parseManifest({ ...manifest, spec }, 'a.yaml'), failsWith('FF5002', 'detektor'));
  assert.throws(
    () => parseManifest({ ...manifest, spec }, 'a.yaml'),
    failsWith('FF5002', 'spec.backoffLimit'),
  );
  assert.throws(
    () => parseManifest(build({}, 'relative/out'), null),
    failsWith('FF5001', 'spec.output.address'),
  );
  assert.throws(
    () => parseManifest({ ...manifest, metadata: {} }, 'a.yaml'),
    failsWith('FF5002', 'neither name nor generateName'),
  );
  assert.throws(
    () => parseManifest({ ...manifest, metadata: { name: 'A b' } }, 'a.yaml'),
    failsWith('FF5002', 'is no name'),
  );
});
