import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExtractionResource } from '../../../controller/api/extraction-resource.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { wrongExtractions } from '../../fixtures/wrong-extractions.ts';

const METADATA = {
  name: 'holiday',
  namespace: 'photos',
  uid: '3c9e4a5e-0b1f-4c7c-9d9b-0e5d2f1a7b61',
  generation: 1,
  resourceVersion: '7',
  creationTimestamp: '2026-01-01T00:00:00Z',
};
const PLACES = { source: { address: 's3://photos/holiday' }, output: { address: 's3://faces/holiday' } };

function parse(spec: unknown, rest: object = {}) {
  const content = {
    apiVersion: 'facefleet.dev/v1alpha1',
    kind: 'Extraction',
    metadata: METADATA,
    spec,
    ...rest,
  };
  return parseExtractionResource(content, 'photos/holiday');
}

for (const { name, spec, says } of wrongExtractions)
  test(`refused: ${name}`, () => assert.throws(() => parse(spec), failsWith('FF5002', says)));

test('source and output are all that is needed', () => {
  const { spec, status } = parse(PLACES);
  assert.deepEqual(spec.source, { address: 's3://photos/holiday', recursive: false, everyN: 1 });
  assert.deepEqual(spec.detector, {
    plugin: 'ultraface',
    options: {},
    anglesDeg: [0],
    minDiagonalPx: 0,
    minPercent: 0,
    maxPercent: 0,
  });
  assert.deepEqual([spec.aligner.filters, spec.planning.maxReplicas, spec.backoffLimit], [null, null, 6]);
  assert.equal(status, undefined);
});

test('no detector is null, or the plugin none', () => {
  for (const detector of [null, { plugin: 'none' }, { plugin: 'None', minPercent: 3 }])
    assert.equal(parse({ ...PLACES, detector }).spec.detector, null);
});

test('quantities are text whatever they were', () => {
  const podTemplate = { resources: { worker: { requests: { cpu: 2, memory: '4Gi' } } } };
  assert.deepEqual(parse({ ...PLACES, podTemplate }).spec.podTemplate.resources.worker, {
    requests: { cpu: '2', memory: '4Gi' },
  });
});

test('entries of a newer definition are left out, at any depth', () => {
  const { metadata, spec, status } = parse(
    {
      ...PLACES,
      later: 1,
      source: { ...PLACES.source, later: { more: true } },
      maskers: [{ plugin: 'bisenet', later: [] }],
    },
    { later: {}, status: { phase: 'Running', later: 2 }, metadata: { ...METADATA, later: 3 } },
  );
  assert.ok(!JSON.stringify([metadata, spec, status]).includes('later'));
  assert.deepEqual([spec.maskers, status], [[{ plugin: 'bisenet', options: {} }], { phase: 'Running' }]);
});

test('an entry of the wrong type is an error, beside entries of a newer definition, too', () => {
  assert.throws(
    () => parse({ ...PLACES, later: 1, suspend: 'yes' }),
    failsWith('FF5002', /photos\/holiday: spec\.suspend: /),
  );
  for (const content of [null, 7, [], { kind: 'Extraction' }, { metadata: null, spec: null }])
    assert.throws(() => parseExtractionResource(content, 'x'), failsWith('FF5002', /^FF5002.*x: /));
});
