import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExtractionResource } from '../../../controller/api/extraction-resource.ts';
import { resolveRequest } from '../../../controller/api/resolve-request.ts';
import { exampleExtractions } from '../../fixtures/example-extractions.ts';

const EXAMPLES = await exampleExtractions();
const SERVER = {
  namespace: 'default',
  uid: '3c9e4a5e-0b1f-4c7c-9d9b-0e5d2f1a7b61',
  generation: 1,
  resourceVersion: '7',
  creationTimestamp: '2026-01-01T00:00:00Z',
};

test('there are examples, each named after its file', () => {
  assert.ok(EXAMPLES.length >= 5);
  for (const { file, content } of EXAMPLES) assert.equal(`${content.metadata.name}.yaml`, file);
});

for (const { file, content } of EXAMPLES)
  test(`${file} can be carried out`, async () => {
    const extraction = parseExtractionResource(
      { ...content, metadata: { ...content.metadata, ...SERVER } },
      file,
    );
    const request = await resolveRequest(extraction, {
      profiles: [],
      provider: 'cuda',
      onnxruntime: '1.30.0',
      nodes: [],
    });
    assert.ok('roles' in request, JSON.stringify(request));
    const { detector, maskers } = extraction.spec;
    assert.equal(request.roles.length, (detector ? 2 : 1) + maskers.length);
  });
