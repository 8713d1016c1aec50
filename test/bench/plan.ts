import { parseProblem } from '../../controller/api/plan-problem.ts';
import { plan } from '../../controller/plan/plan.ts';
import type { NodeCapacity, Problem } from '../../controller/plan/problem.ts';
import { type Demand, planAll } from '../../controller/plan/several/plan-all.ts';

// How long planning takes on large clusters: node test/bench/plan.ts. Exits with 1 when a limit is missed.
const KINDS = [
  ['Tesla-T4', 15_109],
  ['NVIDIA-A100-SXM4-80GB', 81_920],
  ['NVIDIA-L4', 23_034],
  ['NVIDIA-A10', 23_028],
  ['Tesla-P4', 7611],
] as const;

function cluster(nodes: number): NodeCapacity[] {
  const { nodes: parsed } = parseProblem({
    nodes: Array.from({ length: nodes }, (_, i) => {
      const [product, totalMiB] = KINDS[i % KINDS.length]!;
      return {
        name: `node-${i}`,
        gpus: [{ product, totalMiB, count: 8 }],
        cores: 64,
        memoryMiB: 262_144,
        labels: { zone: `z${i % 3}` },
      };
    }),
  });
  return [...parsed];
}

const flow = {
  detector: { name: 's3fd', vramMiB: 4112, vramPerBatchMiB: 208, batch: 4, maxBatch: 16 },
  aligner: { name: 'fan', vramMiB: 2240, vramPerBatchMiB: 64, batch: 12, maxBatch: 32 },
  maskers: [
    { name: 'components', vramMiB: 0, vramPerBatchMiB: 0 },
    { name: 'unet', vramMiB: 3424, vramPerBatchMiB: 80, batch: 8, maxBatch: 32 },
    { name: 'vgg-clear', vramMiB: 2944, vramPerBatchMiB: 400, batch: 6, maxBatch: 16 },
  ],
};
const problem = (nodes: readonly NodeCapacity[]): Problem => ({ ...parseProblem(flow), nodes });

/** Best of several, milliseconds. */
function best(runs: number, work: () => void): number {
  let ms = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    work();
    ms = Math.min(ms, performance.now() - began);
  }
  return ms;
}

const small = problem(cluster(1000));
const large = problem(cluster(10_000));
const smallMs = best(15, () => plan(small));
const largeMs = best(15, () => plan(large));
console.log(`plan of 5 roles on 1,000 nodes × 8 GPUs:  ${smallMs.toFixed(1)} ms`);
console.log(`plan of 5 roles on 10,000 nodes × 8 GPUs: ${largeMs.toFixed(1)} ms (limit 250 ms)`);
console.log(`10,000 : 1,000 nodes: ${(largeMs / smallMs).toFixed(1)} (linear is 10)`);

const { nodes, ...rest } = large;
const demands = Array.from(
  { length: 1000 },
  (_, i): Demand => ({
    name: `extraction-${i}`,
    priority: i % 3,
    createdAtSec: i,
    problem: rest,
    running: null,
  }),
);
const began = performance.now();
const shares = planAll(demands, nodes);
const sec = (performance.now() - began) / 1000;
const planned = shares.filter(({ result }) => result.outcome === 'planned').length;
console.log(
  `1,000 extractions on 10,000 nodes × 8 GPUs: ${sec.toFixed(1)} s, ${planned} planned (limit 60 s)`,
);
if (largeMs > 250 || largeMs / smallMs > 10 * 1.2 || sec > 60 || planned !== 1000) process.exitCode = 1;
