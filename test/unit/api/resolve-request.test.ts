import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { parseExtractionResource } from '../../../controller/api/extraction-resource.ts';
import { resolveRequest } from '../../../controller/api/resolve-request.ts';
import { sourceKind, sourceName } from '../../../controller/api/source-of.ts';
import { readConfigFile } from '../../../controller/cli/config-file.ts';
import { extractCommand } from '../../../controller/cli/extract-command.ts';
import { type ExtractOptions, toExtractSpec } from '../../../controller/cli/extract-options.ts';
import { MODELS } from '../../../models/catalog/catalog.ts';
import { specDigest } from '../../../worker/formats/spec-digest.ts';
import { mergeEntries } from '../../fixtures/merge-entries.ts';
import { scratch } from '../../fixtures/scratch.ts';

const CONTEXT = { profiles: [], provider: 'cuda', onnxruntime: '1.30.0', nodes: [] } as const;
const GOOD = { source: { address: 's3://photos/holiday' }, output: { address: 's3://faces/holiday' } };

async function resolve(changes: object, annotations: Record<string, string> = {}) {
  const metadata = {
    name: 'x',
    namespace: 'default',
    uid: 'u',
    generation: 1,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    annotations,
  };
  const content = {
    apiVersion: 'facefleet.dev/v1alpha1',
    kind: 'Extraction',
    metadata,
    spec: mergeEntries(GOOD, changes),
  };
  return await resolveRequest(parseExtractionResource(content, 'default/x'), CONTEXT);
}

async function resolved(changes: object) {
  const request = await resolve(changes);
  assert.ok('spec' in request, JSON.stringify(request));
  return request;
}

/** What `facefleet extract INPUT OUT ARGS` would do. */
async function local(input: string, kind: 'folder' | 'image' | 'list' | 'video', args: readonly string[]) {
  const command = extractCommand();
  command.parseOptions([...args]);
  const options = command.opts<ExtractOptions>();
  return await toExtractSpec(input, kind, options, await readConfigFile(options.config), null);
}

const folder = scratch();
const config = join(folder, 'config.yaml');
const filters = { minScale: 0.2, rollDeg: 30 };
writeFileSync(config, stringify({ detect: { yunet: { confidence: 0.5 } }, filters }));

const video = { address: '/films/clip.mp4' };
const rows: readonly (readonly [args: string, input: string, spec: object])[] = [
  ['', 'holiday', {}],
  ['--recursive --every-n 5', '/data/holiday', { source: { recursive: true, everyN: 5 } }],
  ['', '/films/clip.mp4', { source: video }],
  ['', 'clip.mp4', { source: { address: 'file:///films/clip.mp4' } }],
  ['', 'one.JPG', { source: { address: '/photos/one.JPG' } }],
  ['', 'some.txt', { source: { address: '/photos/some.txt' } }],
  ['--masker none', 'holiday', { maskers: [] }],
  ['--masker BiSeNet extended', 'holiday', { maskers: [{ plugin: 'bisenet' }, { plugin: 'EXTENDED' }] }],
  ['--image-is-aligned', 'holiday', { detector: { plugin: 'none' } }],
  ['--image-is-aligned', 'holiday', { detector: null }],
  ['--rotate 0,90,270', 'holiday', { detector: { plugin: 'ultraface', anglesDeg: [90, 270, 90] } }],
  [
    '--min-size 40 --max-size 80%',
    'holiday',
    { detector: { plugin: 'ultraface', minDiagonalPx: 40, maxPercent: 80 } },
  ],
  ['--min-size 5%', 'holiday', { detector: { plugin: 'ultraface', minPercent: 5 } }],
  [
    `--detector yunet --config ${config} --align-filters`,
    'holiday',
    {
      detector: { plugin: 'YuNet', options: { confidence: 0.5 } },
      aligner: { plugin: 'mediapipe478', filters },
    },
  ],
  [
    '--aligner fast68 --normalize clahe --re-feed 3 --re-align',
    'holiday',
    { aligner: { plugin: 'fast68', normalise: 'clahe', reFeeds: 3, reAlign: true } },
  ],
  [
    '--size 256 --skip-faces --debug-landmarks',
    'holiday',
    { output: { sizePx: 256, faces: false, debugLandmarks: true } },
  ],
  ['--max-pixels 1M --max-bytes 2M', 'holiday', { limits: { maxPixels: 1_000_000, maxBytes: 2_000_000 } }],
  // what is no setting of the result has no part in the digest
  ['--overwrite', 'holiday', { output: { existing: 'Keep' }, transport: 'Reference', limits: { tries: 9 } }],
];

for (const [args, input, changes] of rows)
  test(`the digest is that of a local run: ${args || input}`, async () => {
    const { spec } = await resolved(changes);
    const expected = await local(input, spec.source.kind, args.split(' ').filter(Boolean));
    assert.deepEqual(spec, expected);
    assert.equal(specDigest(spec), specDigest(expected));
  });

test('another setting has another digest', async () => {
  const [one, other] = [await resolved({}), await resolved({ output: { sizePx: 256 } })];
  assert.notEqual(specDigest(one.spec), specDigest(other.spec));
});

test('a source is what its name says, and a folder where it says nothing', () => {
  const kinds: readonly (readonly [address: string, kind: string, name: string])[] = [
    ['s3://photos', 'folder', 'photos'],
    ['s3://photos/', 'folder', 'photos'],
    ['s3://photos/a/b/', 'folder', 'b'],
    ['s3://photos/clip.mp4', 'video', 'clip.mp4'],
    ['s3://photos/clip.mp4/', 'folder', 'clip.mp4'],
    ['s3://clip.mp4', 'folder', 'clip.mp4'],
    ['s3://photos/list.txt', 'folder', 'list.txt'],
    ['/data/photos', 'folder', 'photos'],
    ['/data/photos/', 'folder', 'photos'],
    ['/data/clip.mp4/', 'folder', 'clip.mp4'],
    ['/data/clip.MOV', 'video', 'clip.MOV'],
    ['/data/.mp4', 'folder', '.mp4'],
    ['/data/v1.2', 'folder', 'v1.2'],
    ['file:///data/my%20list.txt', 'list', 'my list.txt'],
    ['/data/one.heic', 'image', 'one.heic'],
  ];
  for (const [address, kind, name] of kinds)
    assert.deepEqual([sourceKind(address), sourceName(address)], [kind, name], address);
});

test('roles are in flow order, and models have the sha256 of the catalogue', async () => {
  const { roles, models } = await resolved({ maskers: [{ plugin: 'components' }, { plugin: 'bisenet' }] });
  assert.deepEqual(
    roles.map(({ role, plugin, device }) => [role, plugin, device]),
    [
      ['detect', 'ultraface', 'gpu'],
      ['align', 'mediapipe478', 'gpu'],
      ['mask_0', 'components', 'cpu'],
      ['mask_1', 'bisenet', 'gpu'],
    ],
  );
  assert.ok(Object.keys(models).length >= 3);
  for (const [name, sha256] of Object.entries(models)) assert.equal(sha256, MODELS.get(name)!.onnxSha256);
});

test('what nobody can do is told with its code', async () => {
  const faults: readonly (readonly [changes: object, code: string, message: RegExp])[] = [
    [{ detector: { plugin: 'retina' } }, 'FF5003', /detect "retina"; there are .*ultraface/],
    [{ maskers: [{ plugin: 'ultraface' }] }, 'FF5003', /mask "ultraface"; there are /],
    [
      { detector: { plugin: 'yunet', options: { confidenz: 1 } } },
      'FF5002',
      /spec\.detector\.options: .*"confidenz"; there are? .*confidence/,
    ],
    [
      { maskers: [{ plugin: 'components' }, { plugin: 'extended', options: { x: 1 } }] },
      'FF5002',
      /spec\.maskers\.1\.options: .*there are no options/,
    ],
    [{ output: { address: 's3://faces/../x' } }, 'FF5004', /s3:\/\/faces\/\.\.\/x/],
    [{ source: { address: 'file:///a%2Fb' } }, 'FF5004', /file:\/\/\/a%2Fb/],
  ];
  for (const [changes, code, message] of faults) {
    const fault = await resolve(changes);
    assert.ok('code' in fault);
    assert.equal(fault.code, code);
    assert.match(fault.message, message);
  }
});

test('a detector of null that kubectl apply has left out is told, not replaced by the default one', async () => {
  const applied = (spec: object) => ({
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec }),
  });
  const fault = await resolve({}, applied({ detector: null }));
  assert.ok('code' in fault);
  assert.equal(fault.code, 'FF5002');
  assert.match(fault.message, /detector: \{plugin: none\}/);
  assert.ok('spec' in (await resolve({}, applied({}))));
  assert.ok('spec' in (await resolve({ detector: null }, applied({ detector: null }))));
  assert.ok('spec' in (await resolve({}, { 'kubectl.kubernetes.io/last-applied-configuration': 'no JSON' })));
});
