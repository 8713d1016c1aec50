import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { clusterCommand } from '../../../controller/cli/cluster-command.ts';
import { clusterRequest } from '../../../controller/cli/cluster-extraction.ts';
import type { ClusterOptions } from '../../../controller/cli/cluster-job.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';

const folder = scratch();
const FILE = join(folder, 'extraction.yaml');
const SPEC = {
  source: { address: 'photos', recursive: true, everyN: 3 },
  output: {
    address: 's3://faces/holiday',
    s3: { endpoint: 'http://127.0.0.1:9000', region: 'x' },
    sizePx: 256,
    debugLandmarks: true,
    existing: 'Keep',
  },
  detector: {
    plugin: 'yunet',
    options: { confidence: 0.5 },
    anglesDeg: [90],
    minDiagonalPx: 30,
    minPercent: 2,
  },
  aligner: { plugin: 'fast68', normalise: 'hist', reFeeds: 2, filters: {} },
  maskers: [{ plugin: 'bisenet' }],
  transport: 'Reference',
  limits: {
    maxPixels: 1000,
    maxBytes: 2000,
    decodeTimeoutSeconds: 5,
    tries: 7,
    maxFailedInARow: 8,
    maxFailedPercent: 9,
  },
  planning: { maxReplicas: 3 },
  credentials: { s3: { secretName: 'key' } },
  suspend: true,
};

/** What `facefleet cluster run -f FILE ARGS` asks for. */
async function request(args: string, spec: object = SPEC) {
  const metadata = { name: 'x' };
  writeFileSync(
    FILE,
    stringify({ apiVersion: 'facefleet.dev/v1alpha1', kind: 'Extraction', metadata, spec }),
  );
  const command = clusterCommand().commands.find((each) => each.name() === 'run')!;
  const { operands } = command.parseOptions(['-f', FILE, ...args.split(' ').filter(Boolean)]);
  const [source, output] = operands;
  return await clusterRequest(
    source,
    output,
    command.opts<ClusterOptions>(),
    (option) => command.getOptionValueSource(option) === 'cli',
  );
}

test('an Extraction tells everything that has a meaning on one machine', async () => {
  const { source, output, existing, limits, transport, specOf } = await request('');
  assert.deepEqual(source, SPEC.source);
  assert.deepEqual(output, { address: SPEC.output.address, s3: SPEC.output.s3 });
  assert.deepEqual([existing, limits, transport], ['Keep', SPEC.limits, 'Reference']);
  const spec = await specOf('folder');
  assert.deepEqual(spec.source, { name: 'photos', kind: 'folder', imageIsAligned: false });
  assert.deepEqual(spec.limits, { maxPixels: 1000, maxBytes: 2000 });
  assert.deepEqual([spec.detector?.plugin, spec.detector?.anglesDeg], ['yunet', [0, 90]]);
  assert.deepEqual([spec.detector?.minDiagonalPx, spec.detector?.minPercent], [30, 2]);
  assert.deepEqual(spec.detector?.options, { ...spec.detector?.options, confidence: 0.5 });
  assert.deepEqual(
    [spec.aligner?.plugin, spec.aligner?.normalise, spec.aligner?.reFeeds],
    ['fast68', 'hist', 2],
  );
  assert.equal(spec.aligner?.filters?.rollDeg, 45);
  assert.deepEqual(
    spec.maskers.map(({ plugin }) => plugin),
    ['bisenet'],
  );
  assert.deepEqual(spec.output, { sizePx: 256, faces: true, debugLandmarks: true });
});

test('what the command line says counts, and nothing that it does not say', async () => {
  const { source, output, existing, limits, transport, specOf } = await request(
    'other out --every-n 2 --overwrite --tries 2 --max-failed-share 40 --decode-timeout 6 --size 128 --min-size 3% --rotate 0,180 --masker none --re-feed 1 --normalize none',
  );
  assert.deepEqual(source, { address: 'other', recursive: true, everyN: 2 });
  assert.deepEqual([output.address, existing, transport], ['out', 'Overwrite', 'Reference']);
  assert.deepEqual(limits, { ...SPEC.limits, tries: 2, maxFailedPercent: 40, decodeTimeoutSeconds: 6 });
  const spec = await specOf('folder');
  assert.equal(spec.source.name, 'other');
  assert.deepEqual(
    [spec.detector?.anglesDeg, spec.detector?.minDiagonalPx, spec.detector?.minPercent],
    [[0, 180], 0, 3],
  );
  assert.deepEqual([spec.aligner?.normalise, spec.aligner?.reFeeds, spec.maskers], ['none', 1, []]);
  assert.deepEqual(spec.output, { sizePx: 128, faces: true, debugLandmarks: true });
});

test('options of a plugin belong to it: another one has its own', async () => {
  const config = join(folder, 'config.yaml');
  writeFileSync(config, stringify({ detect: { yunet: { confidence: 0.9 } } }));
  const detectorOf = async (args: string, spec?: object) =>
    (await (await request(args, spec)).specOf('folder')).detector;
  assert.equal((await detectorOf('--detector YuNet'))?.options.confidence, 0.5);
  assert.equal((await detectorOf(`--config ${config}`))?.options.confidence, 0.9);
  const other = await detectorOf('--detector ultraface');
  assert.deepEqual([other?.plugin, other?.anglesDeg], ['ultraface', [0, 90]]);
  assert.deepEqual(
    other?.options,
    (await detectorOf('', { source: SPEC.source, output: SPEC.output }))?.options,
  );
  assert.equal(await detectorOf('--image-is-aligned'), null);
  assert.equal(await detectorOf('', { ...SPEC, detector: null }), null);
  assert.equal((await detectorOf('--detector yunet', { ...SPEC, detector: null }))?.plugin, 'yunet');
});

test('what is wrong is told with its file or its option', async () => {
  const spec = async (args: string, changes: object) =>
    await (await request(args, { ...SPEC, ...changes })).specOf('folder');
  await assert.rejects(
    spec('', { maskers: [{ plugin: 'bisenet', options: { x: 1 } }] }),
    failsWith('FF5002', /extraction\.yaml: spec\.maskers\.0\.options: /),
  );
  await assert.rejects(
    spec('', { source: { adress: 'x' } }),
    failsWith('FF5002', /"adress"; there are address, /),
  );
  await assert.rejects(spec('', { source: {} }), failsWith('FF5001', 'the source is missing'));
  await assert.rejects(spec('--masker bisenet BiSeNet', {}), failsWith('FF5001', 'bisenet twice'));
  await assert.rejects(spec('--overwrite --skip-existing', {}), failsWith('FF5001'));
  await assert.rejects(
    spec('', { source: { address: 's3://me:secret@photos' } }),
    failsWith('FF5002', 'holds credentials'),
  );
});
