import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { PlanResult } from '../../controller/plan/plan.ts';
import { SHARED, skipWithoutShared } from './shared-data.ts';

const BIN = fileURLToPath(new URL('../../controller/cli/bin.ts', import.meta.url));

interface Case {
  readonly input: { readonly id: string };
  readonly output: {
    readonly error: string | null;
    readonly phases: string[][];
    readonly batchsizes: Record<string, number>;
    readonly total_vram_required: number;
  };
}

test("the original's cases go through the filter as they are", { skip: skipWithoutShared }, () => {
  const path = join(SHARED ?? '', 'golden/planner_cases.json');
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };
  const { stdout, status } = spawnSync(
    process.execPath,
    [BIN, 'plan', '--problem', '-', '--policy', 'compat', '-o', 'json'],
    {
      input: cases.map(({ input }) => JSON.stringify(input)).join('\n'),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      timeout: 60_000,
    },
  );
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as PlanResult);
  assert.equal(answers.length, cases.length);
  for (const [i, { input, output }] of cases.entries()) {
    const answer = answers[i]!;
    assert.equal(answer.id, input.id);
    assert.equal(answer.outcome, output.error === null ? 'planned' : 'error', input.id);
    if (answer.outcome !== 'planned') continue;
    assert.deepEqual(answer.seed?.phases, output.phases, input.id);
    assert.deepEqual(answer.seed?.batches, output.batchsizes, input.id);
    assert.equal(answer.seed?.totalRequiredMiB, output.total_vram_required, input.id);
  }
  assert.equal(status, 1, 'some cases hang or crash the original');
});
