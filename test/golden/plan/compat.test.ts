import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseProblem } from '../../../controller/api/plan-problem.ts';
import { seedBatches } from '../../../controller/plan/compat/seed-batches.ts';
import { type PlanErrorCode, plan } from '../../../controller/plan/plan.ts';
import { SHARED, skipWithoutShared } from '../shared-data.ts';

/** A case as the original ran it; `input` is the JSON form of a problem as it stands. */
interface PlannerCase {
  readonly input: { readonly id: string };
  readonly output: {
    readonly error: string | null;
    readonly flow?: string[];
    readonly vram_free_after_buffer?: number;
    readonly is_parallel?: boolean;
    readonly total_vram_required?: number | null;
    readonly phases?: string[][];
    readonly phase_vram?: number[];
    readonly batchsizes?: Record<string, number>;
  };
}

interface BatchCase {
  readonly plugins: { readonly vram_per_batch: number; readonly batchsize: number }[];
  readonly available_vram: number;
  readonly batchsizes: number[] | 'HANG';
}

const CODES: Readonly<Record<string, PlanErrorCode>> = {
  HANG: 'EndlessLoop',
  'KeyError: 6': 'ScalingTableEnds',
  'IndexError: list index out of range': 'EmptyFlow',
  'ZeroDivisionError: float division by zero': 'ZeroVramPerBatch',
};

function checkCase({ input, output }: PlannerCase): void {
  const result = plan(parseProblem({ ...input, policy: 'compat' }));
  if (result.outcome === 'refused') assert.fail(`${input.id} was refused`);
  if (result.outcome === 'error') assert.equal(result.code, CODES[output.error ?? 'none'], input.id);
  else assert.equal(output.error, null, input.id);
  const { seed } = result;
  if (output.flow === undefined) {
    assert.equal(seed, null, input.id);
    return;
  }
  assert.ok(seed !== null, input.id);
  assert.deepEqual(
    [seed.flow, seed.freeMiB, seed.parallel, seed.totalRequiredMiB, seed.phases, seed.phaseMiB],
    [
      output.flow,
      output.vram_free_after_buffer,
      output.is_parallel,
      output.total_vram_required,
      output.phases,
      output.phase_vram,
    ],
    input.id,
  );
  if (result.outcome !== 'planned') return;
  const stages = result.passes.flatMap(({ stages: ofPass }) => ofPass);
  assert.deepEqual(
    stages.map(({ roles }) => roles),
    output.phases,
  );
  const batches = Object.assign({}, ...stages.map(({ groups }) => groups[0]!.batches));
  assert.deepEqual(batches, output.batchsizes, input.id);
}

function checkBatches({ plugins, available_vram, batchsizes }: BatchCase): void {
  const given = seedBatches(
    plugins.map(({ vram_per_batch, batchsize }) => ({ vramPerBatchMiB: vram_per_batch, batch: batchsize })),
    available_vram,
  );
  assert.deepEqual(given, batchsizes === 'HANG' ? 'EndlessLoop' : batchsizes, JSON.stringify(plugins));
}

function readJson<T>(path: string | URL): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

test('policy compat plans what the original planned, and names what it died of', () => {
  const stored = new URL('compat-cases.json', import.meta.url);
  const { cases, batches } = readJson<{ cases: PlannerCase[]; batches: BatchCase[] }>(stored);
  assert.ok(cases.length > 60 && batches.length > 80);
  cases.forEach(checkCase);
  batches.forEach(checkBatches);
});

test('the same on all recorded cases', { skip: skipWithoutShared }, () => {
  const file = (name: string): string => join(SHARED ?? '', 'golden', name);
  const { cases } = readJson<{ cases: PlannerCase[] }>(file('planner_cases.json'));
  const batches = readJson<{ cases: BatchCase[] }>(file('batchsize_cases.json'));
  assert.ok(cases.length > 200 && batches.cases.length > 300);
  cases.forEach(checkCase);
  batches.cases.forEach(checkBatches);
});
