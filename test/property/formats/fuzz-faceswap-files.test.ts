import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { casesOf } from '../../fixtures/only-in-full.ts';
import type { FuzzReport } from './fuzz-faceswap-files.ts';

const INPUTS = casesOf(20_000);
const SEED = Number(process.env.FACEFLEET_FUZZ_SEED ?? 1);
/** Far above what it takes, for machines with much else to do. */
const TIMEOUT_MS = 600_000;

it(`${INPUTS} damaged alignments files and headers, and some bombs, only ever end as errors`, (t) => {
  const script = join(import.meta.dirname, 'fuzz-faceswap-files.ts');
  // a small heap: what is not bounded dies of it
  const args = ['--max-old-space-size=160', '--expose-gc', script, String(SEED), String(INPUTS)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  assert.equal(status, 0, stderr.slice(0, 100_000));
  const report = JSON.parse(stdout) as FuzzReport;
  t.diagnostic(stdout);
  assert.ok(report.inputs >= INPUTS);
  assert.ok(report.grownMiB < 256, `the process grew by ${report.grownMiB} MiB`);
  assert.ok(report.slowestMs < 10_000, `one input took ${report.slowestMs} ms`);
  // the changes reach all layers: some inputs are still good, and every kind of refusal comes up
  assert.ok(report.accepted > INPUTS / 100);
  for (const code of ['FF1201', 'FF1204', 'FF1205'])
    assert.ok((report.errors[code] ?? 0) > 0, `never ${code}`);
});
