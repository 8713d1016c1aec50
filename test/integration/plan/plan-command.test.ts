import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { type CliEnd, runCli } from '../../fixtures/cli.ts';
import { kubeList, kubeNode, kubePod, nvidiaLabels } from '../../fixtures/kube-objects.ts';
import { scratch } from '../../fixtures/scratch.ts';

const BIN = fileURLToPath(new URL('../../../controller/cli/bin.ts', import.meta.url));
const folder = scratch();
const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const plugin = (name: string, vram: number) => ({ name, vram, vram_per_batch: 64, batchsize: 4 });
const fits = {
  id: 'fits',
  detector: plugin('d', 500),
  nodes: [{ name: 'n', gpus: [{ product: 'Tesla-T4', totalMiB: 15360 }] }],
};
const tooBig = { ...fits, id: 'too big', detector: plugin('d', 50_000) };
const wrong = { ...fits, detector: { name: 'd', vram: -1, vram_per_batch: 1 } };

interface Answer {
  readonly outcome: string;
  readonly id: string | null;
  readonly policy: string | null;
  readonly code?: string;
  readonly sentence?: string;
  readonly capacityReasons?: readonly { code: string }[];
  readonly before?: { readonly outcome: string };
}

/** Runs the planner as a filter on stdin. */
function filter(
  input: string,
  ...args: string[]
): { code: number | null; answers: Answer[]; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'plan', '--problem', '-', ...args], {
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const answers = args.includes('json')
    ? stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Answer)
    : [];
  return { code: status, answers, stdout, stderr };
}

const lines = (...values: unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');
const json = (end: CliEnd): Answer => JSON.parse(end.stdout) as Answer;

test('one answer per line, in order, whatever stands in it; the exit code tells the worst', () => {
  const all = filter(
    `\n${lines(fits, tooBig, wrong, 7, null, [])}\n{"id":\n\n${lines({ id: 'empty' })}`,
    '-o',
    'json',
  );
  assert.deepEqual(
    all.answers.map(({ outcome, id, code }) => [outcome, id, code]),
    [
      ['planned', 'fits', undefined],
      ['refused', 'too big', undefined],
      ['error', 'fits', 'FF5002'],
      ['error', null, 'FF5002'],
      ['error', null, 'FF5002'],
      ['error', null, 'FF5002'],
      ['error', null, 'FF5002'],
      ['error', 'empty', 'EmptyFlow'],
    ],
  );
  assert.match(all.answers[2]?.sentence ?? '', /^line 4: detector\.vramMiB/);
  assert.equal(all.code, 2);
  assert.equal(filter(lines(fits, fits), '-o', 'json').code, 0);
  assert.equal(filter(lines(fits, tooBig), '-o', 'json').code, 1);
});

test('one object may go over several lines, and a policy given replaces its own', () => {
  const pretty = JSON.stringify(fits, null, 2);
  assert.deepEqual(
    filter(pretty, '-o', 'json').answers.map(({ id, policy }) => [id, policy]),
    [['fits', 'fleet']],
  );
  assert.equal(filter(pretty, '-o', 'json', '--policy', 'compat').answers[0]?.policy, 'compat');
  assert.match(filter(`\uFEFF${pretty}`).stdout, /^fits: 1 role, policy fleet\n/);
});

test('input that holds no problem, is cut short, or cannot be read is told', async () => {
  assert.deepEqual([filter('').code, filter(' \n\n').code], [2, 2]);
  const cut = filter(JSON.stringify(fits, null, 2).slice(0, -20), '-o', 'json');
  assert.equal(cut.code, 2);
  assert.deepEqual(
    cut.answers.map(({ code }) => code),
    ['FF5002'],
  );
  assert.match(cut.answers[0]?.sentence ?? '', /^no JSON: .*line \d+ column/);
  const missing = await runCli(['plan', '--problem', join(folder, 'missing.json')]);
  assert.deepEqual([missing.code, /FF5002.*missing\.json/.test(missing.stderr)], [2, true]);
});

test('texts of several answers stand apart; what is no problem is no picture', () => {
  const text = filter(lines(fits, wrong, fits)).stdout;
  assert.match(text, /\n\nNo plan for fits: FF5002: line 2: .*\n\nfits: 1 role/);
  const svg = filter(lines(wrong, fits), '-o', 'svg');
  assert.match(svg.stdout, /^<svg /);
  assert.match(svg.stderr, /^No plan for fits: FF5002: line 1: /);
  assert.equal(svg.code, 2);
});

test('a reader that goes away early ends the filter quietly', () => {
  const path = file('many.jsonl', Array.from({ length: 20_000 }, () => JSON.stringify(fits)).join('\n'));
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', `"${process.execPath}" "${BIN}" plan --problem "${path}" -o json | head -n 1`],
    {
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  assert.equal(stdout.trim().split('\n').length, 1);
  assert.equal(stderr, '');
});

const EXTRACTION = `apiVersion: facefleet.dev/v1alpha1
kind: Extraction
metadata: {name: demo}
spec:
  source: {address: s3://frames}
  maskers: [{plugin: bisenet}]
`;
const GPU = 'nvidia.com/gpu';
const t4 = (name: string) =>
  kubeNode({ name, labels: nvidiaLabels('Tesla-T4', 15360, 1), devices: { [GPU]: '1' } });

/** `facefleet plan -f … --nodes …` with the files' contents. */
function onCluster(extraction: string, nodes: unknown, ...args: string[]): Promise<CliEnd> {
  mkdirSync(folder, { recursive: true });
  return runCli(['plan', '-f', file('x.yaml', extraction), '--nodes', file('nodes.json', nodes), ...args]);
}

test('an Extraction is planned on recorded nodes, without what pods hold, and with changes of the cluster', async () => {
  const nodes = kubeList([t4('a'), t4('b')]);
  const pods = file('pods.json', kubeList([kubePod({ name: 'p', node: 'a', requests: { [GPU]: '1' } })]));
  const text = await onCluster(EXTRACTION, nodes, '--pods', pods, '--frames', '1000');
  assert.deepEqual([text.code, text.stderr], [0, '']);
  assert.match(text.stdout, /Tesla-T4: 1 free, 1 in use/);
  assert.match(text.stdout, /nodes {2}b\n/);
  const added = json(
    await onCluster(EXTRACTION, nodes, '--what-if', 'add:2xA100-80GB', '--what-if', 'remove:a', '-o', 'json'),
  );
  assert.deepEqual([added.outcome, added.before?.outcome], ['planned', 'planned']);
  assert.deepEqual(
    added.capacityReasons?.map(({ code }) => code),
    ['NodeAdded', 'NodeRemoved'],
  );
  const svg = await onCluster(EXTRACTION, nodes, '-o', 'svg');
  assert.equal((await sharp(Buffer.from(svg.stdout)).metadata()).format, 'svg');
});

test('a node that is added has the labels that the extraction selects', async () => {
  const picky = `${EXTRACTION}  planning: {nodeSelector: {pool: faces}}\n`;
  const { code, stdout } = await onCluster(picky, kubeList([t4('a')]), '--what-if', 'add:1xTesla-T4');
  assert.equal(code, 0);
  assert.match(stdout, /nodes {2}added-1\n/);
});

test('a single node and a list of the API are nodes too', async () => {
  assert.equal((await onCluster(EXTRACTION, t4('a'))).code, 0);
  assert.equal((await onCluster(EXTRACTION, { ...kubeList([t4('a')]), kind: 'NodeList' })).code, 0);
});

test('measured profiles change what is planned, and say so', async () => {
  const models = (vram: number) => [
    {
      model: 'ultraface',
      sha256: '18304b62d22772e6b4cec574c9475bd2cdbc76ada6687e920c45623ff59453b3',
      batches: [{ batch: 1, memoryMiB: vram, itemsPerSecond: 900 }],
    },
  ];
  const profile = file('t4.json', {
    product: 'Tesla T4',
    provider: 'cuda',
    onnxruntime: '1.30.0',
    models: models(333),
  });
  const { stdout, stderr } = await onCluster(EXTRACTION, kubeList([t4('a')]), '--profiles', profile);
  assert.equal(stderr, '');
  assert.match(stdout, /On Tesla-T4: detect: memory measured, speed measured; align: memory declared/);
});

test('what does not fit ends with exit code 1 and the shortfall', async () => {
  const end = await onCluster(
    `${EXTRACTION}  planning: {device: gpu}\n`,
    kubeList([kubeNode({ name: 'cpu' })]),
  );
  assert.equal(end.code, 1);
  assert.match(end.stdout, /Refused: .*\n {2}detect needs [\d,]+ MiB of VRAM; there is no usable GPU/);
});

const WRONG: readonly (readonly [
  what: string,
  extraction: string,
  nodes: unknown,
  args: readonly string[],
  message: RegExp,
])[] = [
  [
    'an unknown entry',
    EXTRACTION.replace('maskers', 'masker'),
    kubeList([]),
    [],
    /FF5002.*x\.yaml: spec: .*"masker"; there are source, output, detector, aligner, maskers, /,
  ],
  [
    'an unknown option of a plugin',
    EXTRACTION.replace('bisenet', 'bisenet, options: {hair: true}'),
    kubeList([]),
    [],
    /FF5002.*x\.yaml: spec\.maskers\.0\.options: .*"hair"; there are .*includeHair/,
  ],
  [
    'two documents',
    `${EXTRACTION}---\n${EXTRACTION}`,
    kubeList([]),
    [],
    /FF5002.*x\.yaml: there are 2 documents/,
  ],
  ['an empty Extraction', '# nothing\n', kubeList([]), [], /FF5002.*x\.yaml: there is nothing in it/],
  [
    'an Extraction of many megabytes',
    `${EXTRACTION}# ${'x'.repeat(2e6)}`,
    kubeList([]),
    [],
    /FF5002.*1\.5 MiB/,
  ],
  ['an empty list of nodes', EXTRACTION, '', [], /FF5002.*nodes\.json: there is nothing in it/],
  ['another kind', EXTRACTION.replace('Extraction', 'Pod'), kubeList([]), [], /FF5002.*kind/],
  ['no YAML', '{a: [', kubeList([]), [], /FF5002.*x\.yaml/],
  ['an unknown plugin', EXTRACTION.replace('bisenet', 'nosuch'), kubeList([t4('a')]), [], /FF5003.*nosuch/],
  ['pods for nodes', EXTRACTION, kubeList([kubePod({ name: 'p' })]), [], /FF5002.*nodes\.json/],
  [
    'a node that is there twice',
    EXTRACTION,
    kubeList([t4('a'), t4('b'), t4('a')]),
    [],
    /items\.2: the node a is there twice/,
  ],
  ['a table for JSON', EXTRACTION, 'NAME STATUS\n', [], /FF5002.*nodes\.json/],
  ['an empty object', EXTRACTION, {}, [], /FF5002.*kubectl get nodes -o json/],
  [
    'a quantity that is none',
    EXTRACTION,
    kubeList([{ ...t4('a'), status: { allocatable: { cpu: '4x' } } }]),
    [],
    /FF5002.*allocatable\.cpu: is no quantity/,
  ],
  ['a change that is none', EXTRACTION, kubeList([]), ['--what-if', 'add:A100'], /neither add:/],
  [
    'a product that nothing is known of',
    EXTRACTION,
    kubeList([]),
    ['--what-if', 'add:1xNoSuchCard'],
    /FF5001.*NoSuchCard/,
  ],
  [
    'the removal of a node that is not there',
    EXTRACTION,
    kubeList([]),
    ['--what-if', 'remove:x'],
    /FF5001.*no node x/,
  ],
  ['a problem beside a cluster', EXTRACTION, kubeList([]), ['--problem', '-'], /FF5001.*--file/],
  ['no frames', EXTRACTION, kubeList([]), ['--frames', '0'], /no whole number/],
];
for (const [what, extraction, nodes, args, message] of WRONG) {
  test(`${what} is refused with exit code 2`, async () => {
    const { code, stdout, stderr } = await onCluster(extraction, nodes, ...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /unexpected failure/);
  });
}

test('files must be named', async () => {
  const neither = await runCli(['plan']);
  assert.deepEqual([neither.code, /neither --file nor --problem/.test(neither.stderr)], [2, true]);
  const both = await runCli(['plan', 'demo', '-f', file('x.yaml', EXTRACTION)]);
  assert.deepEqual([both.code, /either --file or the name/.test(both.stderr)], [2, true]);
  const pods = await runCli(['plan', '-f', file('x.yaml', EXTRACTION), '--pods', file('pods.json', {})]);
  assert.deepEqual([pods.code, /--pods goes with --nodes/.test(pods.stderr)], [2, true]);
  const chosen = await onCluster(EXTRACTION, kubeList([]), '--context', 'other');
  assert.deepEqual([chosen.code, /recorded cluster/.test(chosen.stderr)], [2, true]);
  const away = await runCli(['plan', '-f', file('x.yaml', EXTRACTION), '--kubeconfig', file('none', '')]);
  assert.deepEqual([away.code, /FF7010/.test(away.stderr)], [2, true], away.stderr);
});
