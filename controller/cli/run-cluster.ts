import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureModel } from '../../models/ensure-model.ts';
import { natsSettingsFromEnv } from '../../worker/bus/nats-settings-from-env.ts';
import { type Job, makeJob } from '../../worker/cluster/job.ts';
import { rolesOf } from '../../worker/conductor/local-roles.ts';
import { FAILURE_LIMITS } from '../../worker/conductor/plugin-failures.ts';
import { findGpus } from '../../worker/engine/find-gpus.ts';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { openSource } from '../../worker/source/open-source.ts';
import type { SourceKind } from '../../worker/source/source.ts';
import { parseStoreAddress } from '../../worker/store/store-address.ts';
import { coLocatedPlan, planFromFile } from './cluster-plan.ts';
import { readConfigFile } from './config-file.ts';
import { EXIT } from './exit-codes.ts';
import { type ExtractOptions, toExtractSpec } from './extract-options.ts';
import { announceFetch } from './models-command.ts';
import { progressView } from './progress.ts';
import { progressMode, reportExtraction } from './report-extraction.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { supervise } from './supervise.ts';

interface ClusterOptions extends ExtractOptions {
  readonly workers?: number;
  readonly plan?: string;
  readonly nats?: string;
  readonly jobFile?: string;
  readonly byReference: boolean;
  readonly tries: number;
  /** Seconds. */
  readonly grace: number;
  /** Seconds. */
  readonly ackWait: number;
}

const DEFAULT_WORKERS = 2;
/** Deaths with only one frame in work after which that frame is given up. */
const CRASHES = 2;

/** `facefleet cluster run SOURCE OUTPUT`: makes the job, runs it in child processes and reports; sets the exit code. */
export async function runCluster(source: string, output: string, options: ClusterOptions): Promise<void> {
  if (source === '' || output === '') throw new FacefleetError('FF5001', 'the source or the output is empty');
  checkOptions(options);
  const startedMs = Date.now();
  const stopping = stopOnSignals();
  const folder = await mkdtemp(join(tmpdir(), 'facefleet-job-'));
  try {
    const job = await jobOf(source, output, options, stopping.signal);
    const jobFile = join(folder, 'job.json');
    const text = `${JSON.stringify(job, null, 2)}\n`;
    await writeFile(jobFile, text);
    if (options.jobFile !== undefined) await writeFile(options.jobFile, text);
    const view = progressView(progressMode(options), startedMs);
    const summary = await supervise(job, {
      jobFile,
      logLevel: options.logLevel,
      signal: stopping.signal,
      onProgress: (state) => view.update(state),
      onFailure: ({ key, code, message }) => {
        if (options.output === 'json')
          process.stdout.write(`${JSON.stringify({ event: 'failure', key, code, message })}\n`);
        else view.say(`${key}: ${message}`);
      },
      say: (line) => view.say(line),
    }).finally(() => view.close());
    reportExtraction(summary, output, options, (Date.now() - startedMs) / 1000);
  } catch (error) {
    if (stopping.signal.aborted && error === stopping.signal.reason) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    if (options.output === 'json') {
      const code = error instanceof FacefleetError ? error.code : null;
      process.stdout.write(`${JSON.stringify({ event: 'failed', code, message: errorText(error) })}\n`);
    }
    throw error;
  } finally {
    stopping.release();
    await rm(folder, { recursive: true, force: true });
  }
}

async function jobOf(
  address: string,
  output: string,
  options: ClusterOptions,
  signal: AbortSignal,
): Promise<Job> {
  const config = await readConfigFile(options.config);
  const { maxPixels, maxBytes, recursive, followLinks, everyN } = options;
  const decodeTimeoutMs = options.decodeTimeout * 1000;
  const kind = await kindOf(address, { maxPixels, maxBytes, timeoutMs: decodeTimeoutMs }, options);
  const spec = await toExtractSpec(nameOf(address), kind, options, config, null);
  const roles = await rolesOf(spec);
  const machine = {
    gpus: (await findGpus())
      .map(({ index }) => index)
      .filter((index) => !options.excludeGpus?.includes(index)),
    providers: options.providers ?? null,
    threads: options.threads ?? null,
  };
  const passes =
    options.plan === undefined
      ? coLocatedPlan(roles, options.workers ?? DEFAULT_WORKERS, machine)
      : await planFromFile(options.plan, machine);
  const models: Record<string, string> = {};
  // fetched once, not by every worker
  for (const { model } of roles)
    if (model !== null) models[model] = (await ensureModel(model, { signal, onFetch: announceFetch })).sha256;
  const bus = natsSettingsFromEnv(process.env);
  const servers = options.nats === undefined ? bus.servers : publicServers(options.nats);
  return makeJob({
    extraction: randomUUID(),
    spec,
    source: { address, recursive, followLinks, everyN, shared: true },
    output: { address: output },
    overwrite: options.overwrite,
    keepExisting: options.skipExisting ? 'any' : options.skipExistingFaces ? 'any-with-faces' : 'same-spec',
    decodeTimeoutMs,
    passes,
    models,
    bus: { servers: [...servers], replicas: replicasOf(bus.replicas), ackWaitMs: options.ackWait * 1000 },
    transport: options.byReference ? 'reference' : 'auto',
    budgets: { tries: options.tries, crashes: CRASHES },
    failureLimits: {
      ...FAILURE_LIMITS,
      inARow: options.maxFailedInARow,
      share: options.maxFailedShare / 100,
    },
    graceMs: options.grace * 1000,
  });
}

function checkOptions({ workers, plan, fromAlignments, contactSheet }: ClusterOptions): void {
  const fault = (text: string): never => {
    throw new FacefleetError('FF5001', text);
  };
  if (workers !== undefined && plan !== undefined) fault('give either --workers or --plan');
  if (fromAlignments !== undefined) fault('--from-alignments is for `facefleet extract`');
  if (contactSheet !== undefined) fault('--contact-sheet is for `facefleet extract`');
}

/** What the source is; opened for a look, so that a wrong one is told at once. */
async function kindOf(
  address: string,
  limits: { maxPixels: number; maxBytes: number; timeoutMs: number },
  { recursive, followLinks, everyN }: ClusterOptions,
): Promise<SourceKind> {
  const place = parseStoreAddress(address);
  if (place.kind === 's3') return 'folder';
  const source = await openSource({ input: place.path, recursive, followLinks, everyN, limits });
  await source.close();
  return source.kind;
}

/** What `toExtractSpec` takes the name of the source from. */
function nameOf(address: string): string {
  const place = parseStoreAddress(address);
  return place.kind === 'dir' ? place.path : `/${place.prefix.replace(/\/$/, '') || place.bucket}`;
}

/** @throws FacefleetError FF5001 when there are credentials in it: they would stand in the job file */
function publicServers(urls: string): readonly string[] {
  const { servers, credentials } = natsSettingsFromEnv({ NATS_URL: urls });
  if (credentials.kind === 'none') return servers;
  throw new FacefleetError('FF5001', '--nats takes no credentials: put them into NATS_URL, NATS_USER, …');
}

function replicasOf(replicas: number | undefined): 1 | 3 | 5 {
  return replicas === 3 || replicas === 5 ? replicas : 1;
}
