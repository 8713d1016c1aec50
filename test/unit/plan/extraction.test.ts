import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseExtraction } from '../../../controller/api/extraction.ts';
import { checkPluginOptions } from '../../../controller/cli/check-plugin-options.ts';
import { codeBlocks } from '../../fixtures/code-blocks.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

const EXTRACTION = { apiVersion: 'facefleet.dev/v1alpha1', kind: 'Extraction', metadata: { name: 'x' } };

test('the documented Extractions are such, down to the options of their plugins', async () => {
  const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const files = codeBlocks(page).filter(({ code }) => /^kind: Extraction$/m.test(code));
  assert.ok(files.length >= 2);
  for (const { code, file } of files) {
    const extraction = parseExtraction(parse(code), String(file));
    await checkPluginOptions(extraction, String(file));
  }
});

test('everything in spec has a default', () => {
  const { spec } = parseExtraction({ ...EXTRACTION, spec: {} }, 'x');
  assert.deepEqual(
    [spec.detector?.plugin, spec.aligner.plugin, spec.maskers.map(({ plugin }) => plugin)],
    ['ultraface', 'mediapipe478', ['components', 'extended']],
  );
  assert.equal(spec.planning.device, 'auto');
});

test('an unknown entry is answered with those there are, at any depth', () => {
  const rows: readonly (readonly [spec: object, RegExp])[] = [
    [
      { detektor: null },
      /spec: .*"detektor"; there are source, output, detector, aligner, maskers, planning, /,
    ],
    [{ detector: { name: 'x' } }, /spec\.detector: .*"name"; there are plugin, options/],
    [{ maskers: [{ plugin: 'bisenet', opts: {} }] }, /spec\.maskers\.0: .*"opts"; there are plugin, options/],
    [{ planning: { tolerations: [{ kei: 'a' }] } }, /tolerations\.0: .*"kei"; there are key, operator, /],
  ];
  for (const [spec, part] of rows)
    assert.throws(() => parseExtraction({ ...EXTRACTION, spec }, 'file.yaml'), failsWith('FF5002', part));
});
