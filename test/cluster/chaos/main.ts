import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Objects } from '../../chaos/expected.ts';
import { faultsOf } from '../../chaos/expected.ts';
import { folderPlace, type Place } from '../../chaos/place.ts';
import { Random } from '../../chaos/random.ts';
import { extractCli, runCli } from '../../fixtures/cli.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { withoutKube } from '../../servers/kube-programs.ts';
import { withoutNatsServer } from '../../servers/nats-server.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { Testbed } from '../testbed.ts';
import type { ChaosRun, Scenario } from './chaos-run.ts';
import { SCENARIOS } from './scenarios.ts';

const USAGE = 'npm run test:cluster:chaos -- [--runs N] [--seed S] [--only SCENARIO] [--run I]';
const FRAMES = 36;
/** An extraction that takes longer hangs. */
const LIMIT_MS = 300_000;

/** What all runs share. */
interface Suite {
  readonly bed: Testbed;
  readonly controller: ControllerProcess;
  readonly second: ControllerProcess;
  readonly place: Place;
  readonly undisturbed: Objects;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1' },
      seed: { type: 'string', default: randomBytes(4).toString('hex') },
      only: { type: 'string' },
      run: { type: 'string' },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}\n${USAGE}`);
  const missing = withoutKube || withoutNatsServer;
  if (missing !== false) {
    console.log(`skipped: ${missing}`);
    return 0;
  }
  console.log(`seed ${values.seed}`);
  await using bed = await Testbed.open({ plane: { nodeGraceSeconds: 8, evictAfterSeconds: 3, audit: true } });
  const suite = await open(bed);
  let [count, failed] = [0, 0];
  for (let run = 0; run < runs; run++) {
    if (values.run !== undefined && run !== Number(values.run)) continue;
    for (const scenario of SCENARIOS) {
      if (values.only !== undefined && !scenario.name.includes(values.only)) continue;
      if (scenario.name.startsWith('api-server') && bed.cluster.apiServer === null) {
        console.log(`skipped: ${scenario.name}: the cluster was not started for the tests`);
        continue;
      }
      const startMs = Date.now();
      const name = `${scenario.name}-${run}`;
      const notes: string[] = [];
      const faults = await disturbed(suite, scenario, name, `${values.seed}/${name}`, notes).catch(
        (error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)],
      );
      count++;
      if (faults.length > 0) failed++;
      const took = ((Date.now() - startMs) / 1000).toFixed(1);
      console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${took} s): ${notes.join('; ')}`);
      for (const fault of faults) console.log(`     ${fault.replaceAll('\n', '\n     ')}`);
    }
  }
  console.log(`${count - failed} of ${count} runs ended as an undisturbed one`);
  return failed > 0 ? 1 : 0;
}

async function open(bed: Testbed): Promise<Suite> {
  const photos = await smallPhotos(join(bed.folder, 'photos'), FRAMES);
  const place = folderPlace(bed.folder, photos);
  await extractCli([photos, place.outputOf('undisturbed'), '--size', '64', '--masker', 'components']);
  const undisturbed = await place.read(place.outputOf('undisturbed'));
  for (const name of ['gpu-1', 'gpu-2']) await bed.addGpu(name);
  await bed.nodes.add({ name: 'cpu-1' });
  // a leader that was killed is succeeded soon
  const controller = await bed.controller('first', ['--lease-duration=4']);
  const second = await bed.controller('second', ['--lease-duration=4']);
  await controller.start();
  await controller.ready();
  return { bed, controller, second, place, undisturbed };
}

/** Runs extractions, disturbs them, and looks at what they leave. @returns what is wrong with it, in words */
async function disturbed(
  { bed, controller, second, place, undisturbed }: Suite,
  scenario: Scenario,
  name: string,
  seed: string,
  notes: string[],
): Promise<string[]> {
  const random = new Random(seed);
  const extractions = Array.from({ length: scenario.extractions ?? 1 }, (_, i) => `${name}-${i}`);
  for (const extraction of extractions) {
    // with so little VRAM it takes two passes
    const marginMiB = random.pick([0, 7600]);
    await bed.create(extraction, {
      source: { address: place.source },
      output: { address: place.outputOf(extraction), sizePx: 64 },
      maskers: [{ plugin: 'components' }],
      planning: { marginMiB, maxReplicas: 2 },
      podTemplate: { volumes: bed.volumes },
    });
    notes.push(marginMiB === 0 ? 'one pass' : 'two passes');
  }
  let ended = false;
  const ending = Promise.allSettled(
    extractions.map((extraction) => bed.ended(extraction, 'Succeeded', LIMIT_MS)),
  ).finally(() => {
    ended = true;
  });
  const run: ChaosRun = {
    bed,
    controller,
    second,
    random,
    extractions,
    note: (text) => void notes.push(text),
    over: () => ended,
  };
  await scenario.disturb(run);
  const faults = (await ending).flatMap((result) =>
    result.status === 'rejected' ? [String(result.reason)] : [],
  );
  if (faults.length > 0) return faults;
  if (!controller.running) faults.push(`the controller ended: ${controller.logged.slice(-2000)}`);
  for (const extraction of extractions) {
    const output = place.outputOf(extraction);
    faults.push(...faultsOf(await place.read(output), undisturbed, []));
    const verified = await runCli(['verify', output]);
    if (verified.code !== 0) faults.push(`verify ${extraction}: ${verified.stdout}${verified.stderr}`);
    const { attempts } = (await bed.read(extraction)).status ?? {};
    if ((attempts?.failures ?? 0) > 0) faults.push(`${attempts?.failures} crashes were counted`);
    notes.push(`${attempts?.replacements ?? 0} pods replaced`);
  }
  faults.push(...((await scenario.check?.(run)) ?? []), ...(await leftOnBus(bed.nats.url)));
  for (const extraction of extractions) await bed.delete(extraction);
  return faults;
}

/** Lanes that nobody removed. */
async function leftOnBus(url: string): Promise<string[]> {
  const connection = await connect({ servers: url });
  try {
    const names = await (await jetstreamManager(connection)).streams.names().next();
    return names.map((name) => `${name} is left on the bus`);
  } finally {
    await connection.close();
  }
}
