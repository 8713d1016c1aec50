import type { HostPool } from '../engine/host-pool.ts';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { FaceHeader } from '../formats/png-header/face-header.ts';
import type { Limits } from '../source/limits.ts';
import type { RgbImage } from '../vision/types.ts';
import { Channel } from './channel.ts';
import type { FaceInWork, FrameInWork } from './frame-in-work.ts';
import { FrameSlabs, slabBytes } from './frame-slabs.ts';
import { checkGivenSize, type StageFrame } from './given-faces.ts';
import type { StageRole } from './plan-stage.ts';
import { type RoleWork, runRole } from './run-role.ts';
import { Semaphore } from './semaphore.ts';
import type { AlignOptions } from './steps/align.ts';
import type { CropOptions } from './steps/crop.ts';
import type { DetectOptions } from './steps/detect.ts';
import type { AlignedFaceInFrame } from './steps/mask.ts';
import { wholeImageFace } from './steps/whole-image.ts';

/** What a stage does to every frame. */
export interface StageOptions {
  readonly roles: readonly StageRole[];
  readonly limits: Limits;
  readonly detect: Omit<DetectOptions, 'batch'>;
  readonly align: Omit<AlignOptions, 'batch'>;
  /** Null: no crops are made. */
  readonly crop: (CropOptions & CropNames) | null;
  readonly imageIsAligned: boolean;
  /** Frames in work at a time; default: enough for the threads and batches. */
  readonly framesInWork?: number;
}

/** What a crop is called and says about itself. */
export interface CropNames {
  /** Store key of the crop of a frame's `face`-th face. */
  keyOf(frameKey: string, face: number): string;
  headerOf(frame: FrameInWork, face: number, cropKey: string): FaceHeader;
}

/**
 * Takes every frame of `frames` through the stage's roles and hands it to `finish` (in order of finishing, with `error` set when it
 * failed). Roles are joined by queues of one; the frames in work are bounded by the threads and batches, so memory is too.
 * Aborting `signal` stops taking frames; those in work are finished.
 * @throws FacefleetError when the engine or the source fails as a whole
 */
export async function runStage(
  pool: HostPool,
  options: StageOptions,
  frames: AsyncIterable<StageFrame>,
  finish: (frame: FrameInWork) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { threads, provider } = pool.report;
  // batches are planned for a GPU; when none could be used after all, a CPU runs them one by one
  const roles = provider === 'cpu' ? options.roles.map((role) => ({ ...role, batch: 1 })) : options.roles;
  const largestBatch = Math.max(...roles.map(({ batch }) => batch), 1);
  const places = new Semaphore(options.framesInWork ?? framesInWork(threads, largestBatch));
  const slabs = new FrameSlabs();
  const works = roleWorks(pool, { ...options, roles }, slabs, threads);
  const channels = Array.from({ length: works.length + 1 }, () => new Channel<FrameInWork>(1));
  const [first] = channels;
  const last = channels.at(-1);

  let reportFailure!: (error: unknown) => void;
  const whenFailed = new Promise<never>((_, reject) => {
    reportFailure = reject;
  });
  const fail = (error: unknown): void => {
    reportFailure(error);
    // nobody waits for frames that will not come
    places.fail(error);
    for (const channel of channels) channel.fail(error);
  };
  const feed = async (): Promise<void> => {
    for await (const frame of frames) {
      await places.acquire();
      if (signal.aborted) break;
      await first!.put(inWork(frame));
    }
    first!.close();
  };
  const collect = async (): Promise<void> => {
    for (let frame = await last!.take(); frame !== undefined; frame = await last!.take()) {
      // pixels of a video frame come in memory of their own
      if (frame.image && (frame.path !== null || frame.bytes)) slabs.give(frame.image);
      frame.image = null;
      await finish(frame);
      places.release();
    }
  };
  const tasks = [feed(), collect(), ...works.map((work, i) => runRole(work, channels[i]!, channels[i + 1]!))];
  for (const task of tasks) task.catch(fail);
  await Promise.race([Promise.all(tasks), whenFailed]);
}

/** How many frames keep the threads of a stage busy: at a time two for each, and two batches. */
export function framesInWork(threads: number, largestBatch: number): number {
  return 2 * threads + 2 * largestBatch;
}

function inWork(frame: StageFrame): FrameInWork {
  const { input } = frame;
  return {
    index: frame.index,
    key: frame.key,
    path: input.kind === 'file' ? input.path : null,
    bytes: input.kind === 'bytes' ? input : null,
    ticket: frame.ticket,
    image: input.kind === 'pixels' ? input.image : null,
    size: null,
    faces: frame.given?.faces ?? [],
    givenSize: frame.given?.size ?? null,
    videoMeta: frame.given?.videoMeta ?? null,
    error: input.kind === 'failure' ? input.error : null,
    failedPlugin: null,
    pendingUnits: 0,
  };
}

interface FaceUnit {
  readonly frame: FrameInWork;
  readonly face: FaceInWork;
}

function roleWorks(
  pool: HostPool,
  options: StageOptions,
  slabs: FrameSlabs,
  threads: number,
): RoleWork<never>[] {
  const works: RoleWork<never>[] = [];
  const add = <Unit>(work: RoleWork<Unit>): void => {
    works.push(work as unknown as RoleWork<never>);
  };
  const priority = (): number => works.length;
  add(decodeWork(pool, options, slabs, threads));
  for (const role of options.roles) {
    const place = priority();
    if (role.kind === 'detect') add(detectWork(pool, role, options, threads, place));
    else if (role.kind === 'align') add(alignWork(pool, role, options, threads, place));
    else add(maskWork(pool, role, options, threads, place));
  }
  if (options.crop !== null) add(cropWork(pool, options, options.crop, threads, priority()));
  return works;
}

function decodeWork(
  pool: HostPool,
  options: StageOptions,
  slabs: FrameSlabs,
  threads: number,
): RoleWork<FrameInWork> {
  return {
    role: 'decode',
    plugin: null,
    batch: 1,
    concurrency: threads + 1,
    units: (frame) => [frame],
    async run([frame]) {
      frame!.image ??= await decoded(pool, frame!, options.limits, slabs);
      const { width, height } = frame!.image;
      frame!.size = { width, height };
      checkGivenSize(frame!);
      if (options.imageIsAligned && frame!.faces.length === 0)
        frame!.faces = [newFace(wholeImageFace(frame!.image))];
    },
  };
}

async function decoded(
  pool: HostPool,
  { path, bytes }: FrameInWork,
  limits: Limits,
  slabs: FrameSlabs,
): Promise<RgbImage> {
  if (path !== null) return await pool.call('decode', { path, limits, slab: slabs.take() }, 0);
  const { name, size, read } = bytes!;
  const content = await read();
  if (size === null) {
    return await pool.call('decodeBytes', { bytes: content, name, limits, slab: slabs.take() }, 0);
  }
  const { width, height } = size;
  if (content.length !== width * height * 3)
    throw new FacefleetError('FF1001', `${name}: ${content.length} bytes for ${width} × ${height} pixels`);
  const data = slabBytes(slabs.take(), content.length);
  data.set(content);
  return { width, height, data };
}

function detectWork(
  pool: HostPool,
  role: StageRole,
  options: StageOptions,
  threads: number,
  priority: number,
): RoleWork<FrameInWork> {
  return {
    role: role.role,
    plugin: role.plugin,
    batch: role.batch,
    concurrency: threads + 1,
    units: (frame) => [frame],
    async run(frames) {
      const images = frames.map((frame) => frame.image!);
      const args = { role: role.role, images, options: { ...options.detect, batch: role.batch } };
      const found = await pool.call('detect', args, priority);
      frames.forEach((frame, i) => {
        frame.faces = found[i]!.map(newFace);
      });
    },
  };
}

function alignWork(
  pool: HostPool,
  role: StageRole,
  options: StageOptions,
  threads: number,
  priority: number,
): RoleWork<FaceUnit> {
  return {
    role: role.role,
    plugin: role.plugin,
    batch: role.batch,
    concurrency: threads + 1,
    units: (frame) => faceUnits(frame).filter(({ face }) => face.alignment === null),
    async run(units) {
      const faces = units.map(({ frame, face }) => ({ image: frame.image!, face: face.face }));
      const args = { role: role.role, faces, options: { ...options.align, batch: role.batch } };
      const results = await pool.call('align', args, priority);
      units.forEach(({ face }, i) => {
        const result = results[i]!;
        if (typeof result === 'string') face.rejection = result;
        else face.alignment = result;
      });
    },
  };
}

function maskWork(
  pool: HostPool,
  role: StageRole,
  options: StageOptions,
  threads: number,
  priority: number,
): RoleWork<FaceUnit> {
  return {
    role: role.role,
    plugin: role.plugin,
    batch: role.batch,
    concurrency: threads + 1,
    units: alignedUnits,
    async run(units) {
      const faces = units.map((unit) => aligned(unit, options));
      const masks = await pool.call('mask', { role: role.role, faces, batch: role.batch }, priority);
      units.forEach(({ face }, i) => {
        face.masks.set(role.plugin, masks[i]!);
      });
    },
  };
}

function cropWork(
  pool: HostPool,
  options: StageOptions,
  { keyOf, headerOf, ...cropOptions }: NonNullable<StageOptions['crop']>,
  threads: number,
  priority: number,
): RoleWork<FaceUnit> {
  return {
    role: 'crop',
    plugin: null,
    batch: 1,
    concurrency: 2 * threads,
    units: alignedUnits,
    async run([unit]) {
      const { frame, face } = unit!;
      const place = alignedUnits(frame).findIndex((other) => other.face === face);
      const key = keyOf(frame.key, place);
      const header = headerOf(frame, place, key);
      const args = { face: aligned(unit!, options), header, options: cropOptions, key };
      face.thumbnail = await pool.call('crop', args, priority);
      face.crop = key;
    },
  };
}

function newFace(face: FaceInWork['face']): FaceInWork {
  return { face, alignment: null, rejection: null, masks: new Map(), crop: null, thumbnail: null };
}

function faceUnits(frame: FrameInWork): FaceUnit[] {
  return frame.faces.map((face) => ({ frame, face }));
}

function alignedUnits(frame: FrameInWork): FaceUnit[] {
  return faceUnits(frame).filter(({ face }) => face.alignment !== null);
}

function aligned({ frame, face }: FaceUnit, { imageIsAligned }: StageOptions): AlignedFaceInFrame {
  return { image: frame.image!, landmarks: face.alignment!.landmarks, imageIsAligned };
}
