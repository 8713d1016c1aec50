import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../models/temporary-folder.ts';
import { withoutNatsServer } from '../servers/nats-server.ts';
import { testS3 } from '../servers/test-bucket.ts';
import { type ChaosOptions, chaosOptions } from './chaos-options.ts';
import { disturbedRun, type Outcome } from './disturbed-run.ts';
import { flowControl } from './flow-control.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios/all.ts';
import { type Baseline, suiteInput } from './suite-input.ts';

/**
 * npm run test:chaos -- --runs N --seed S: cluster runs that are disturbed in every way, with a real NATS server each and in turn in folders
 * and in a bucket (where FACEFLEET_TEST_S3_ENDPOINT names a server). Each must leave what an undisturbed run leaves, byte for byte.
 */
const ATTEMPTS = 4;
const FLOW_CONTROL = 'flow-control';

interface Turn {
  readonly scenario: Scenario;
  readonly run: number;
  readonly baseline: Baseline;
}

if (withoutNatsServer) console.log(`skipped: ${withoutNatsServer}`);
else if (process.platform !== 'linux') console.log('skipped: it needs /proc');
else process.exitCode = await main(chaosOptions(process.argv.slice(2)));

async function main(options: ChaosOptions): Promise<number> {
  console.log(`seed ${options.seed}, ${options.runs} runs of each scenario, ${options.parallel} at a time`);
  const startMs = performance.now();
  return await temporaryFolder(async (folder) => {
    const { only } = options;
    let failed = await flow(options, folder);
    if (only === FLOW_CONTROL) return failed;
    const wanted = SCENARIOS.filter(({ name }) => only === null || name.includes(only));
    const kinds = new Set(wanted.map(({ input = 'photos' }) => input));
    const turns = turnsOf(options, wanted, await suiteInput(folder, kinds));
    console.log(`ready after ${seconds(startMs)} s`);
    const count = turns.length;
    const one = async (): Promise<void> => {
      for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
        const outcome = await take(turn, folder, options.seed);
        if (outcome.faults.length > 0) failed += 1;
        report(turn, outcome);
      }
    };
    await Promise.all(Array.from({ length: options.parallel }, one));
    console.log(
      `${count - failed} of ${count} runs left what an undisturbed one leaves, in ${seconds(startMs)} s`,
    );
    return failed > 0 ? 1 : 0;
  });
}

/** @returns 1 when flow control failed, else 0 */
async function flow({ only, flowFrames }: ChaosOptions, folder: string): Promise<number> {
  if (only !== null && !FLOW_CONTROL.includes(only)) return 0;
  const own = join(folder, FLOW_CONTROL);
  await mkdir(own);
  const { notes, faults, seconds: took } = await flowControl(own, flowFrames);
  console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${FLOW_CONTROL} (${took.toFixed(1)} s)`);
  for (const line of [...notes, ...faults]) console.log(`     ${line}`);
  await rm(own, { recursive: true, force: true });
  return faults.length > 0 ? 1 : 0;
}

/** The runs of all scenarios; those in a bucket and in folders take turns. */
function turnsOf(
  { runs, run: wanted }: ChaosOptions,
  scenarios: readonly Scenario[],
  baselines: readonly Baseline[],
): Turn[] {
  const turns: Turn[] = [];
  for (let run = 0; run < runs; run++) {
    for (const scenario of scenarios) {
      if (wanted !== null && run !== wanted) continue;
      const { needs, input: kind = 'photos' } = scenario;
      const fitting = baselines.filter(
        ({ input, place }) => input === kind && (needs !== 's3' || place.kind === 's3'),
      );
      const baseline = fitting[run % fitting.length];
      if (baseline === undefined) {
        const missing = needs === 's3' ? 'an S3 server' : 'ffmpeg with libx264';
        if (run === 0) console.log(`skipped: ${scenario.name}: it needs ${missing}`);
      } else turns.push({ scenario, run, baseline });
    }
  }
  return turns;
}

/** One run; again with other moments when it was over too soon. */
async function take({ scenario, run, baseline }: Turn, folder: string, seed: string): Promise<Outcome> {
  const { endpoint } = testS3();
  for (let attempt = 0; ; attempt++) {
    const name = `${scenario.name}-${run}-${attempt}`;
    const jobs = join(folder, 'jobs', name);
    await mkdir(jobs, { recursive: true });
    const outcome = await disturbedRun({
      scenario,
      baseline,
      endpoint,
      folder: jobs,
      name,
      seed: `${seed}/${name}`,
    });
    await baseline.place.remove(baseline.place.outputOf(name));
    if (!outcome.missed) return outcome;
    if (attempt + 1 === ATTEMPTS)
      return { ...outcome, faults: ['it was always over before it could be disturbed'] };
  }
}

function report({ scenario, run, baseline }: Turn, { notes, faults, seconds: took }: Outcome): void {
  const mark = faults.length === 0 ? 'ok  ' : 'FAIL';
  console.log(
    `${mark} ${scenario.name} ${run} (${baseline.place.kind}, ${took.toFixed(1)} s): ${notes.join('; ')}`,
  );
  for (const fault of faults) console.log(`     ${fault.replaceAll('\n', '\n     ')}`);
}

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(0);
}
