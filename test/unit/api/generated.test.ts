import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { crdFile, extractionSchema } from '../../../scripts/crd.ts';
import { extractionDocs } from '../../../scripts/extraction-docs.ts';
import type { StructuralSchema } from '../../../scripts/structural-schema.ts';

const at = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('the CRD in the chart is that of the schema', async () => {
  assert.equal(
    await at('charts/facefleet/files/extractions.facefleet.dev.yaml'),
    crdFile(),
    'run `npm run crd`',
  );
});

test('docs/reference/extraction.md is that of the schema', async () => {
  assert.equal(await at('docs/reference/extraction.md'), extractionDocs(), 'run `npm run docs:reference`');
});

test('every entry has a description, and every list says how it is merged', () => {
  const bare: string[] = [];
  const walk = (path: string, { properties, items }: StructuralSchema): void => {
    for (const [name, entry] of Object.entries(properties ?? {})) {
      if (!entry.description) bare.push(`${path}.${name}: no description`);
      if (entry.type === 'array' && !entry['x-kubernetes-list-type'])
        bare.push(`${path}.${name}: no list type`);
      walk(`${path}.${name}`, entry);
    }
    if (items !== undefined) walk(`${path}[]`, items);
  };
  const { spec, status } = extractionSchema().properties!;
  walk('spec', spec!);
  walk('status', status!);
  assert.deepEqual(bare, []);
});
