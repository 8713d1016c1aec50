import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LocalMachine, type LocalRole, planLocal } from '../../../controller/plan/plan-local.ts';
import { parseGpus } from '../../../worker/engine/find-gpus.ts';
import type { Provider } from '../../../worker/engine/session.ts';

const roles: readonly LocalRole[] = [
  {
    role: 'detect',
    kind: 'detect',
    plugin: 'ultraface',
    batch: 16,
    anyBatch: true,
    vramMiB: 400,
    vramPerBatchMiB: 16,
  },
  {
    role: 'align',
    kind: 'align',
    plugin: 'mediapipe478',
    batch: 8,
    anyBatch: false,
    vramMiB: 500,
    vramPerBatchMiB: 12,
  },
];
const machine: LocalMachine = { cores: 6, gpuIndex: null, gpu: null, gpusExcluded: false };

interface Row {
  readonly name: string;
  readonly machine: LocalMachine;
  readonly wanted: readonly Provider[] | null;
  readonly threads: number | null;
  readonly expected: {
    readonly providers: readonly Provider[];
    readonly batches: number[];
    readonly threads: number;
  };
}

const ROWS: readonly Row[] = [
  {
    name: 'without a GPU: the CPU, a thread per core, batches of one',
    machine,
    wanted: null,
    threads: null,
    expected: { providers: ['cpu'], batches: [1, 1], threads: 6 },
  },
  {
    name: 'with a GPU: CUDA first, declared batches where the model takes them',
    machine: { ...machine, gpuIndex: 1 },
    wanted: null,
    threads: 2,
    expected: { providers: ['cuda', 'cpu'], batches: [16, 1], threads: 2 },
  },
  {
    name: 'a GPU with room enough runs declared batches',
    machine: { ...machine, gpuIndex: 0, gpu: { product: 'Tesla-T4', freeMiB: 4000 } },
    wanted: null,
    threads: 2,
    expected: { providers: ['cuda', 'cpu'], batches: [16, 1], threads: 2 },
  },
  {
    // 0.7 · 900 + 256 + 16 + 12 leaves 86 of 1000 MiB: five more items
    name: 'a GPU with little room runs smaller ones',
    machine: { ...machine, gpuIndex: 0, gpu: { product: 'Tesla-T4', freeMiB: 1000 } },
    wanted: null,
    threads: 2,
    expected: { providers: ['cuda', 'cpu'], batches: [6, 1], threads: 2 },
  },
  {
    name: 'a GPU that may be too small gets one item at a time',
    machine: { ...machine, gpuIndex: 0, gpu: { product: 'Tesla-T4', freeMiB: 500 } },
    wanted: null,
    threads: 2,
    expected: { providers: ['cuda', 'cpu'], batches: [1, 1], threads: 2 },
  },
  {
    name: "the user's providers come first",
    machine: { ...machine, gpuIndex: 0 },
    wanted: ['cpu'],
    threads: null,
    expected: { providers: ['cpu'], batches: [1, 1], threads: 6 },
  },
  {
    name: 'with every GPU excluded, GPU providers are not tried',
    machine: { ...machine, gpusExcluded: true },
    wanted: ['cuda', 'cpu'],
    threads: 1,
    expected: { providers: ['cpu'], batches: [1, 1], threads: 1 },
  },
];

for (const { name, machine: given, wanted, threads, expected } of ROWS) {
  test(name, () => {
    const plan = planLocal(roles, given, wanted, threads);
    const [{ stages }] = plan.passes;
    assert.deepEqual(plan.providers, expected.providers);
    assert.deepEqual(
      stages[0].roles.map(({ batch }) => batch),
      expected.batches,
    );
    assert.equal(stages[0].threads, expected.threads);
    assert.ok(plan.reasons.every(({ code, message }) => /^[A-Z]/.test(code) && message.length > 0));
  });
}

test("nvidia-smi's lines become GPUs; odd lines do not", () => {
  const csv = '0, NVIDIA A100-SXM4-80GB, 80000\n1, Tesla T4, 15000\n\n[N/A], x, y\nno GPU here\n';
  assert.deepEqual(parseGpus(csv), [
    { index: 0, product: 'NVIDIA A100-SXM4-80GB', freeMiB: 80000 },
    { index: 1, product: 'Tesla T4', freeMiB: 15000 },
  ]);
});
