import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '../../models/temporary-folder.ts';
import { bucketPlace, folderPlace, type Place } from '../chaos/place.ts';
import { manyFrames } from '../fixtures/many-frames.ts';
import { type NatsServer, startNatsServer, withoutNatsServer } from '../servers/nats-server.ts';
import { testS3 } from '../servers/test-bucket.ts';
import { type MeasuredRun, measuredRun, s3Processes } from './measured-run.ts';
import { samplePhotos } from './sample-photos.ts';

/**
 * npm run bench:dataplane [-- PHOTOS]: what it costs to pass frames over NATS and a store, on one machine that also runs the servers:
 * (a) `facefleet extract`, (b) a cluster run with one worker and (c) with two, reading from and writing to a bucket (folders where there
 * is no S3 server), (d) frames of 1 MB through a worker that only waits 20 ms for each, and (e) the memory of conductor and worker after
 * 1,000 and 20,000 frames that are nothing.
 */
const RUNS = 2;
const WORK_MS = 20;
const NULL_FRAMES = 500;
const NULL_FRAME_BYTES = 1_000_000;
const SMALL_FRAME_BYTES = 20_000;
const NULL_ENGINE = new URL('../fixtures/null-engine.ts', import.meta.url).href;

if (withoutNatsServer) console.log(withoutNatsServer);
else await temporaryFolder((folder) => bench(folder, Number(process.argv[2] ?? 120)));

async function bench(folder: string, count: number): Promise<void> {
  await using nats = await startNatsServer();
  const photos = await samplePhotos(join(folder, 'photos'), count);
  const { endpoint, missing } = testS3();
  const place = missing === false ? await bucketPlace(endpoint, photos) : folderPlace(folder, photos);
  console.log(
    `${count} photos, ${availableParallelism()} cores, frames over NATS and ${missing === false ? 'S3' : 'folders (no S3 server)'}; best of ${RUNS}`,
  );
  const local = await best((i) => measuredRun(['extract', photos, join(folder, `local-${i}`)]));
  report('(a) extract', local);
  const one = await best((i) => clusterRun(place, `one-${i}`, 1, nats, endpoint));
  report('(b) one worker', one, local);
  const two = await best((i) => clusterRun(place, `two-${i}`, 2, nats, endpoint));
  report('(c) two workers', two, local);
  await transport(folder, nats);
  await memory(folder, nats);
}

async function clusterRun(
  place: Place,
  name: string,
  workers: number,
  nats: NatsServer,
  endpoint: string,
): Promise<MeasuredRun> {
  const inBucket = place.kind === 's3';
  const output = place.outputOf(name);
  const args = ['cluster', 'run', place.source, output, '--workers', String(workers), '--nats', nats.url];
  const servers = new Map([['NATS', [nats.pid]]]);
  if (inBucket) servers.set('S3', s3Processes(endpoint));
  const run = await measuredRun(args, inBucket ? { AWS_ENDPOINT_URL_S3: endpoint } : {}, servers);
  await place.remove(output);
  return run;
}

/** (d) */
async function transport(folder: string, nats: NatsServer): Promise<void> {
  const source = await manyFrames(join(folder, 'large'), NULL_FRAMES, NULL_FRAME_BYTES);
  const busyFile = join(folder, 'busy');
  const run = await best((i) =>
    nullRun(source, join(folder, `null-${i}`), nats, {
      FACEFLEET_TEST_WORK_MS: JSON.stringify({ detect: WORK_MS }),
      FACEFLEET_TEST_BUSY_FILE: busyFile,
    }),
  );
  const shares = (await readdir(folder)).filter((name) => name.startsWith('busy.'));
  const busy = Math.max(
    ...(await Promise.all(shares.map(async (name) => Number(await readFile(join(folder, name), 'utf8'))))),
  );
  report(`(d) ${NULL_FRAMES} frames of 1 MB`, run);
  print(
    '',
    `of an ideal ${1000 / WORK_MS} frames/s; the worker was at work ${percent(busy)} of the time between its first frame and its last, in transport ${percent(1 - busy)}`,
  );
}

/** (e) */
async function memory(folder: string, nats: NatsServer): Promise<void> {
  for (const frames of [1000, 20_000]) {
    const source = await manyFrames(join(folder, `small-${frames}`), frames, SMALL_FRAME_BYTES);
    report(
      `(e) ${frames} small frames`,
      await nullRun(source, join(folder, `small-out-${frames}`), nats, {}),
    );
  }
}

function nullRun(
  source: string,
  output: string,
  nats: NatsServer,
  env: Readonly<Record<string, string>>,
): Promise<MeasuredRun> {
  return measuredRun(
    ['cluster', 'run', source, output, '--workers', '1', '--threads', '1', '--nats', nats.url],
    { NODE_OPTIONS: `--import ${NULL_ENGINE}`, ...env },
    new Map([['NATS', [nats.pid]]]),
  );
}

async function best(run: (i: number) => Promise<MeasuredRun>): Promise<MeasuredRun> {
  let fastest: MeasuredRun | null = null;
  for (let i = 0; i < RUNS; i++) {
    const one = await run(i);
    if (fastest === null || one.rate > fastest.rate) fastest = one;
  }
  return fastest!;
}

function report(name: string, run: MeasuredRun, compared: MeasuredRun | null = null): void {
  const ratio =
    compared === null
      ? ''
      : `; ${(run.rate / compared.rate).toFixed(2)} of (a), once started ${(run.steadyRate / compared.steadyRate).toFixed(2)}`;
  print(
    name,
    `${run.rate.toFixed(1)} frames/s in ${run.seconds.toFixed(1)} s, ${run.steadyRate.toFixed(1)} once started${ratio}`,
  );
  const { frames } = run.summary;
  const used = [...run.usage].map(
    ([group, { cpuMs, rssMiB }]) => `${group} ${(cpuMs / frames).toFixed(1)} ms, ${rssMiB.toFixed(0)} MiB`,
  );
  print('', `CPU per frame and peak RSS: ${used.join('; ')}`);
  if (compared === null) return;
  const [all, before] = [run, compared].map(cpuPerFrameMs);
  print(
    '',
    `CPU per frame of all: ${all!.toFixed(0)} ms, ${(before! / all!).toFixed(2)} frames of it for one of (a)`,
  );
}

function cpuPerFrameMs({ usage, summary }: MeasuredRun): number {
  return [...usage.values()].reduce((sum, { cpuMs }) => sum + cpuMs, 0) / summary.frames;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function print(name: string, value: string): void {
  console.log(`${name.padEnd(24)} ${value}`);
}
