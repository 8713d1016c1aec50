import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { parseProblem } from '../../../../controller/api/plan-problem.ts';
import { compareTimes } from '../../../../controller/plan/explain/compare-times.ts';
import { explainSvg } from '../../../../controller/plan/explain/explain-svg.ts';
import { explainText } from '../../../../controller/plan/explain/explain-text.ts';
import { duration, grouped, mib, rate } from '../../../../controller/plan/explain/format-numbers.ts';
import { memoryBar } from '../../../../controller/plan/explain/memory-bar.ts';
import { passCards } from '../../../../controller/plan/explain/pass-cards.ts';
import { escapeXml } from '../../../../controller/plan/explain/svg-elements.ts';
import { type Plan, plan } from '../../../../controller/plan/plan.ts';
import type { Problem } from '../../../../controller/plan/problem.ts';

const network = (name: string, vramMiB: number) => ({ name, vramMiB, vramPerBatchMiB: 64, batch: 4 });
const gpu = (product: string, totalMiB: number, more: object = {}) => ({ product, totalMiB, ...more });
const FLOW = {
  detector: network('s3fd', 4112),
  aligner: network('fan', 2240),
  maskers: [{ name: 'components', vramMiB: 0, vramPerBatchMiB: 0 }, network('unet', 3424)],
};

function explained(json: object): { problem: Problem; text: string; svg: string; result: Plan } {
  const problem = parseProblem(json);
  const result = plan(problem);
  const input = { problem, result, capacityReasons: [] };
  return { problem, text: explainText(input), svg: explainSvg(input), result: result as Plan };
}

test('numbers as people read them', () => {
  assert.deepEqual(
    [grouped(0), grouped(999), grouped(1000), grouped(1234567.5), grouped(-4321)],
    ['0', '999', '1,000', '1,234,567.5', '-4,321'],
  );
  assert.deepEqual([mib(4446.4), mib(880.0000000001), mib(0)], ['4,447 MiB', '880 MiB', '0 MiB']);
  assert.deepEqual(
    [rate(0.0123), rate(8.4666), rate(99.96), rate(1234.5)],
    ['0.0123 frames/s', '8.47 frames/s', '100 frames/s', '1,235 frames/s'],
  );
  assert.deepEqual(
    [duration(0), duration(59.2), duration(3599.5), duration(7200), duration(200_000)],
    ['0 s', '1 min 0 s', '1 h 0 min', '2 h 0 min', '2 d 7 h'],
  );
});

test('a memory bar always has the same length, and shows every part that there is', () => {
  const amount = fc.double({ min: 0, max: 2e5, noNaN: true });
  fc.assert(
    fc.property(
      amount,
      amount,
      amount,
      amount,
      amount,
      (modelsMiB, batchesMiB, marginMiB, spareMiB, othersMiB) => {
        const freeMiB = modelsMiB + batchesMiB + marginMiB + spareMiB;
        const bar = memoryBar({ modelsMiB, batchesMiB, marginMiB, freeMiB, totalMiB: freeMiB + othersMiB });
        assert.equal(bar.length, 32);
        if (modelsMiB > 0) assert.match(bar, /^█/);
        if (batchesMiB > 0) assert.match(bar, /▓/);
      },
    ),
    { numRuns: 2000 },
  );
});

test('passes, stages, devices, batches and shortfalls are all told', () => {
  const small = { name: 'small-1', gpus: [gpu('Tesla-M60', 5680)] };
  const { text, result } = explained({ id: 'x', ...FLOW, nodes: [small], options: { framesTotal: 1000 } });
  assert.equal(result.passes.length, 2);
  assert.match(
    text,
    /^x: 4 roles, 1,000 frames, policy fleet\nCluster: 1 node\n {2}Tesla-M60: 1 free; 5,680 MiB each; on 1 node\n/,
  );
  assert.match(text, /Plan: 2 passes, /);
  assert.match(text, /Pass 2 of 2: .*\n {2}Stage 1: align fan -> mask_0 components -> mask_1 unet\n/);
  for (const { code, sentence } of result.reasons) assert.ok(text.includes(`${code}: ${sentence}`));
  const tiny = explained({ ...FLOW, nodes: [{ name: 'tiny-1', gpus: [gpu('GTX', 4000)] }] });
  assert.match(
    tiny.text,
    /detect needs [\d,]+ MiB of VRAM; the most that is free is 4,000 MiB, on tiny-1: [\d,]+ MiB short/,
  );
  assert.match(explained({ ...FLOW, nodes: [], options: { device: 'gpu' } }).text, /there is no usable GPU/);
  assert.match(explained({}).text, /No plan: EmptyFlow/);
});

test('the picture shows every replica on its node, and nodes that are alike once', () => {
  const node = (name: string, more: object = {}) => ({
    name,
    gpus: [gpu('Tesla-T4', 15360, { count: 2, busy: 1 })],
    ...more,
  });
  const { problem, result } = explained({
    ...FLOW,
    nodes: [node('a'), node('b'), node('c', { schedulable: false }), { name: 'd' }],
  });
  const cards = passCards(result.passes[0]!, problem.nodes);
  assert.deepEqual(
    cards.map(({ nodes, slots }) => [nodes, slots.map(({ state, count }) => `${count} ${state}`)]),
    [
      [
        ['a', 'b'],
        ['2 used', '1 busy'],
      ],
      [['c'], ['2 idle', '1 busy']],
    ],
  );
});

test('every replica of a plan is drawn, whatever the cluster', () => {
  const product = fc.constantFrom(['Tesla-T4', 15360], ['Tesla-M60', 7600], ['A100', 40960]);
  const nodes = fc.array(fc.tuple(product, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(nodes, (list) => {
      const { problem, result } = explained({
        ...FLOW,
        nodes: list.map(([[name, totalMiB], count, busy], i) => ({
          name: `n${i}`,
          gpus: [gpu(String(name), Number(totalMiB), { count, busy })],
        })),
      });
      for (const pass of result.passes) {
        const used = passCards(pass, problem.nodes).reduce(
          (sum, { nodes: names, slots }) =>
            sum + names.length * slots.reduce((n, { state, count }) => n + (state === 'used' ? count : 0), 0),
          0,
        );
        assert.equal(
          used,
          pass.stages.reduce((sum, { replicas }) => sum + replicas, 0),
        );
      }
    }),
    { numRuns: 200 },
  );
});

test('a node with a million GPUs is drawn at once', () => {
  const nodes = [{ name: 'a', gpus: [gpu('Tesla-T4', 15360, { count: 1_000_000, busy: 1_000_000 })] }];
  const { svg } = explained({ ...FLOW, nodes });
  assert.match(svg, /and 1,999,968 more devices/);
  assert.ok(svg.length < 100_000);
});

test('the picture is an image with whatever names', async () => {
  const name = '<b>&"\u0007 ]]> \ud800';
  const { svg } = explained({ id: name, ...FLOW, nodes: [{ name, cores: 3, gpus: [gpu(name, 40960)] }] });
  const { width, height } = await sharp(Buffer.from(svg)).metadata();
  assert.ok(width === 1320 && height !== undefined && height > 100);
  assert.ok(!svg.includes('<b>'));
  const refused = explained({ id: 'r', ...FLOW, nodes: [], options: { device: 'gpu' } }).svg;
  assert.match(refused, /Refused/);
  await sharp(Buffer.from(refused)).png().toBuffer();
});

test('no text breaks out of XML', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (content) => {
      assert.doesNotMatch(escapeXml(content).replaceAll(/&(amp|lt|gt|quot);/g, ''), /[<>&"\uffff]|\p{Cs}/u);
    }),
  );
});

test('two plans are compared by time, by rate, or by their outcome', () => {
  const nodes = [{ name: 'a', gpus: [gpu('Tesla-T4', 15360)] }];
  const more = [...nodes, { name: 'b', gpus: [gpu('Tesla-T4', 15360)] }];
  const of = (json: object) => plan(parseProblem({ ...FLOW, ...json }));
  assert.match(
    compareTimes(of({ nodes }), of({ nodes: more })),
    /^What if: [\d.]+ frames\/s; without the change: .*\(2\.00 times as fast\)$/,
  );
  const options = { framesTotal: 1_000_000 };
  assert.match(
    compareTimes(of({ nodes, options }), of({ nodes: more, options })),
    /^What if: .* h .* min; .*times as fast\)$/,
  );
  assert.equal(
    compareTimes(of({ nodes: [], options: { device: 'gpu' } }), plan(parseProblem({}))),
    'What if: EmptyFlow; without the change: does not fit',
  );
});

test('GPUs that are all in use are told from none, and names do nothing to a terminal', () => {
  const busy = explained({
    ...FLOW,
    nodes: [{ name: 'n', gpus: [gpu('T4', 16000, { count: 0, busy: 4 })] }],
  });
  assert.match(busy.text, /detect needs [\d,]+ MiB of VRAM; no GPU is free, 4 devices in use\n/);
  const none = explained({ ...FLOW, nodes: [{ name: 'n' }], options: { device: 'gpu' } });
  assert.match(none.text, /detect needs [\d,]+ MiB of VRAM; there is no usable GPU\n/);
  const odd = explained({ ...FLOW, id: 'a\nb', nodes: [{ name: '\u001b[2J', gpus: [gpu('T4', 16000)] }] });
  assert.match(odd.text, /^a\\nb: 4 roles/);
  assert.match(odd.text, /nodes {2}\\x1b\[2J\n/);
});

test('the picture tells what was assumed of the cluster or left out', () => {
  const problem = parseProblem({ ...FLOW, nodes: [{ name: 'n', gpus: [gpu('T4', 16000)] }] });
  const capacityReasons = Array.from({ length: 10 }, (_, i) => ({
    code: 'Odd',
    numbers: {},
    sentence: `<${i}>`,
  }));
  const svg = explainSvg({ problem, result: plan(problem), capacityReasons });
  assert.ok(svg.includes('>Odd: &lt;7&gt;<') && !svg.includes('Odd: &lt;8&gt;'));
  assert.ok(svg.includes('>and 2 more remarks<'));
});
