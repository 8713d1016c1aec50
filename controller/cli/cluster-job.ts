import { randomUUID } from 'node:crypto';
import { ensureModel } from '../../models/ensure-model.ts';
import { natsSettingsFromEnv } from '../../worker/bus/nats-settings-from-env.ts';
import { CRASHES, type Job, makeJob } from '../../worker/cluster/job.ts';
import { rolesOf } from '../../worker/conductor/local-roles.ts';
import { FAILURE_LIMITS } from '../../worker/conductor/plugin-failures.ts';
import { findGpus } from '../../worker/engine/find-gpus.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { isVideoName } from '../../worker/source/extensions.ts';
import { openSource } from '../../worker/source/open-source.ts';
import type { SourceKind } from '../../worker/source/source.ts';
import { openStore } from '../../worker/store/open-store.ts';
import { parseStoreAddress, splitObjectAddress } from '../../worker/store/store-address.ts';
import { KEEP_EXISTING } from '../api/keep-existing.ts';
import { announceFetch } from './announce-fetch.ts';
import type { ClusterRequest } from './cluster-extraction.ts';
import { coLocatedPlan, planFromFile } from './cluster-plan.ts';
import type { ExtractOptions } from './extract-options.ts';

/** The options of `facefleet cluster run` as commander parses them. */
export interface ClusterOptions extends ExtractOptions {
  /** An Extraction. */
  readonly file?: string;
  readonly workers?: number;
  readonly decodeWorkers?: number;
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
const DEFAULT_DECODE_WORKERS = 1;

/**
 * The job that the options describe. Models are fetched where they are missing.
 * @throws FacefleetError FF11xx, FF2001 to FF2005, FF5001 to FF5004, FF6009; the signal's reason
 */
export async function clusterJob(request: ClusterRequest, signal: AbortSignal): Promise<Job> {
  const { source, output, existing, limits, options } = request;
  const { followLinks } = options;
  const kind = await kindOf(request);
  const spec = await request.specOf(kind);
  const decoders = decodersOf(kind, options.decodeWorkers);
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
    source: { ...source, followLinks, shared: true },
    output,
    overwrite: existing === 'Overwrite',
    keepExisting: KEEP_EXISTING[existing],
    decodeTimeoutMs: limits.decodeTimeoutSeconds * 1000,
    passes,
    ...(decoders > 0 && { decode: { replicas: decoders } }),
    models,
    bus: { servers: [...servers], replicas: replicasOf(bus.replicas), ackWaitMs: options.ackWait * 1000 },
    transport: request.transport === 'Reference' ? 'reference' : 'auto',
    budgets: { tries: limits.tries, crashes: CRASHES },
    failureLimits: {
      ...FAILURE_LIMITS,
      inARow: limits.maxFailedInARow,
      share: limits.maxFailedPercent / 100,
    },
    graceMs: options.grace * 1000,
  });
}

/** What the source is; opened for a look, so that a wrong one is told at once. */
async function kindOf({ source, limits, options: { followLinks } }: ClusterRequest): Promise<SourceKind> {
  const { address, recursive, everyN } = source;
  const place = parseStoreAddress(address);
  if (place.kind === 's3') return (await isStoredVideo(source)) ? 'video' : 'folder';
  const { maxPixels, maxBytes, decodeTimeoutSeconds } = limits;
  const opened = await openSource({
    input: place.path,
    recursive,
    followLinks,
    everyN,
    limits: { maxPixels, maxBytes, timeoutMs: decodeTimeoutSeconds * 1000 },
  });
  await opened.close();
  return opened.kind;
}

async function isStoredVideo({ address, s3 }: ClusterRequest['source']): Promise<boolean> {
  const split = splitObjectAddress(address);
  if (split === null || !isVideoName(split.key)) return false;
  const store = await openStore(split.folder, s3 === undefined ? {} : { s3 });
  return (await store.head(split.key)) !== null;
}

/** @throws FacefleetError FF5001 when there is nothing to decode for them */
function decodersOf(kind: SourceKind, wanted: number | undefined): number {
  if (kind === 'video') return wanted ?? DEFAULT_DECODE_WORKERS;
  if (wanted) throw new FacefleetError('FF5001', '--decode-workers is for videos');
  return 0;
}

/** @throws FacefleetError FF5001 when there is nothing in it, or credentials, which would stand in the job file */
function publicServers(urls: string): readonly string[] {
  if (urls.trim() === '') throw new FacefleetError('FF5001', '--nats is empty');
  const { servers, credentials } = natsSettingsFromEnv({ NATS_URL: urls });
  if (credentials.kind === 'none') return servers;
  throw new FacefleetError('FF5001', '--nats takes no credentials: put them into NATS_URL, NATS_USER, …');
}

function replicasOf(replicas: number | undefined): 1 | 3 | 5 {
  return replicas === 3 || replicas === 5 ? replicas : 1;
}
