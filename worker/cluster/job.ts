import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { extractSpec } from '../../controller/api/extract-spec.ts';
import { PROVIDERS } from '../engine/session.ts';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import { parseStoreAddress } from '../store/store-address.ts';

const FORMAT = 'facefleet-job/1';
/** First bytes of a gzip file. */
const GZIP = Buffer.from([0x1f, 0x8b]);
/** A job of the most workers takes a tenth of it. */
const MAX_JOB_BYTES = 256 * 1024 * 1024;

/** Deaths with only one frame in work after which that frame is given up, where nothing else is said. */
export const CRASHES = 2;

const whole = (from: number, to: number) => z.number().int().min(from).max(to);
const durationMs = whole(0, 24 * 3600 * 1000);
const uid = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

/** How a bucket is reached (see `S3Options`); credentials are found by each process itself. */
const s3 = z.strictObject({
  endpoint: z.string().exactOptional(),
  region: z.string().exactOptional(),
  pathStyle: z.boolean().exactOptional(),
});

const place = z.strictObject({
  /** A folder, `file:///folder` or `s3://bucket/prefix`; of a source also an image, a list or a video. */
  address: z.string().min(1),
  s3: s3.exactOptional(),
});

const source = place.extend({
  recursive: z.boolean(),
  followLinks: z.boolean(),
  everyN: whole(1, 1_000_000),
  /** Whether the workers see the source at the same address: then large images need not travel through the output store. */
  shared: z.boolean(),
});

const workerPlan = z.strictObject({
  providers: z.array(z.enum(PROVIDERS)).min(1),
  /** Index of its GPU among those that the process sees. */
  deviceId: whole(0, 255).exactOptional(),
  threads: whole(1, 1024),
  /** Items per run by role: every role of the stage. A CPU runs one in any case. */
  batches: z.record(z.string(), whole(1, 100_000)),
  /** Frames that the worker works on at a time; its lane has one place more. */
  framesInWork: whole(1, 9999),
  /** It is not there any more: nobody sends to its lane, and its place in the list keeps the lanes after it what they are. */
  retired: z.literal(true).exactOptional(),
});

const stagePlan = z.strictObject({
  /** In flow order. */
  roles: z.array(z.string()),
  /** One for each replica; those after a retired one keep their numbers. */
  workers: z.array(workerPlan).min(1).max(10_000),
});

const decodePlan = z.strictObject({
  /** Workers that decode, each a segment of the video at a time. */
  replicas: whole(1, 1000),
  /** So many after these are not there any more: nobody sends to their lanes. */
  retired: whole(1, 1000).exactOptional(),
});

const job = z.strictObject({
  format: z.literal(FORMAT),
  /** uid of the extraction: prefix of everything on the bus. Never used again for another one. */
  extraction: uid,
  /** uids of jobs that this one takes over from: their lanes are removed, and what they recorded is gone on with. */
  earlier: z.array(uid).max(10_000).exactOptional(),
  spec: extractSpec,
  source,
  output: place,
  overwrite: z.boolean(),
  keepExisting: z.enum(['same-spec', 'any', 'any-with-faces']),
  /** Longest time that decoding one image may take. */
  decodeTimeoutMs: durationMs,
  passes: z
    .array(z.strictObject({ stages: z.array(stagePlan).min(1).max(64) }))
    .min(1)
    .max(64),
  /** Who decodes a video, which all its workers see at the same address; absent: the conductor. */
  decode: decodePlan.exactOptional(),
  /** sha256 by model name, for the record of the extraction; workers check their own models by the catalogue. */
  models: z.record(z.string(), z.string()),
  bus: z.strictObject({
    /** `nats://host:port`; never with credentials, which each process has in its environment. */
    servers: z.array(z.string().min(1)).min(1),
    replicas: z.union([z.literal(1), z.literal(3), z.literal(5)]),
    /** A frame whose worker is silent for so long is given to the lane's next worker. */
    ackWaitMs: whole(1000, 24 * 3600 * 1000),
  }),
  /** `auto`: images ride in messages where they fit; `reference`: they never do. */
  transport: z.enum(['auto', 'reference']),
  budgets: z.strictObject({
    /** Tries of a frame that fails; 1 = no second one. */
    tries: whole(1, 100),
    /** Deaths of a worker that had nothing but this frame in work, after which the frame is given up. */
    crashes: whole(1, 100),
  }),
  failureLimits: z.strictObject({
    inARow: whole(0, 1_000_000_000),
    share: z.number().min(0).max(1),
    shareAfter: whole(0, 1_000_000_000),
  }),
  /** How long a worker that is told to stop may finish what is in work. */
  graceMs: durationMs,
});

/**
 * Everything that the processes of one extraction must agree on. The same file starts child processes and pods; it holds no secrets.
 */
export type Job = z.infer<typeof job>;
export type StagePlan = z.infer<typeof stagePlan>;
export type WorkerPlan = z.infer<typeof workerPlan>;

/** A job with its format's name. */
export function makeJob(parts: Omit<Job, 'format'>): Job {
  return parseJob({ format: FORMAT, ...parts }, 'the job');
}

/**
 * Checks what a job file holds.
 * @param where names the file
 * @throws FacefleetError FF5002 with every entry that is wrong
 */
export function parseJob(content: unknown, where: string): Job {
  const parsed = job.safeParse(content);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) =>
      path.length > 0 ? `${path.join('.')}: ${message}` : message,
    );
    throw new FacefleetError('FF5002', `${where}: ${issues.join('; ')}`);
  }
  checkRoles(parsed.data, where);
  checkDecode(parsed.data, where);
  return parsed.data;
}

/**
 * Reads a job file, which may be packed by gzip. Where there is none of that name, it is the one with `.gz` after it.
 * @throws FacefleetError FF5002 when it cannot be read or is wrong
 */
export async function readJob(path: string): Promise<Job> {
  let content: unknown;
  try {
    content = JSON.parse((await readUnpacked(path)).toString('utf8'));
  } catch (error) {
    throw new FacefleetError('FF5002', `${path}: ${errorText(error)}`, { cause: error });
  }
  return parseJob(content, path);
}

/** The workers of a stage that are there, with their replica numbers. */
export function presentWorkers({
  workers,
}: StagePlan): { readonly replica: number; readonly worker: WorkerPlan }[] {
  return workers.map((worker, replica) => ({ replica, worker })).filter(({ worker }) => !worker.retired);
}

async function readUnpacked(path: string): Promise<Buffer> {
  const bytes = await readFile(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return await readFile(`${path}.gz`).catch(() => {
      throw error;
    });
  });
  if (!bytes.subarray(0, GZIP.length).equals(GZIP)) return bytes;
  return await promisify(gunzip)(bytes, { maxOutputLength: MAX_JOB_BYTES });
}

/** The names of the roles of an extraction, in flow order. */
export function roleNames({ detector, aligner, maskers }: Job['spec']): string[] {
  return [
    ...(detector === null ? [] : ['detect']),
    ...(aligner === null ? [] : ['align']),
    ...maskers.map((_, i) => `mask_${i}`),
  ];
}

function checkDecode({ decode, spec, source }: Job, where: string): void {
  if (decode === undefined) return;
  const wrong = (text: string): never => {
    throw new FacefleetError('FF5002', `${where}: decode: ${text}`);
  };
  if (spec.source.kind !== 'video') wrong('the source is no video');
  if (!source.shared && parseStoreAddress(source.address).kind === 'dir')
    wrong('the workers do not see the source');
}

function checkRoles({ spec, passes }: Job, where: string): void {
  const stages = passes.flatMap((pass) => pass.stages);
  const planned = stages.flatMap(({ roles }) => roles);
  const wanted = roleNames(spec);
  const wrong = (text: string): never => {
    throw new FacefleetError('FF5002', `${where}: passes: ${text}`);
  };
  if (planned.join() !== wanted.join())
    wrong(`the stages have the roles ${planned.join(', ')}, the extraction has ${wanted.join(', ')}`);
  for (const { roles, workers } of stages) {
    if (workers.every(({ retired }) => retired)) wrong(`all workers of ${roles.join('+')} are retired`);
    for (const { batches } of workers) {
      const missing = roles.find((role) => batches[role] === undefined);
      if (missing !== undefined) wrong(`a worker has no batch for ${missing}`);
    }
  }
}
