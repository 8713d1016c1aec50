import { realpath } from 'node:fs/promises';
import type { Session } from '../engine/session.ts';
import type { FaceHeader } from '../formats/png-header/face-header.ts';
import type { AlignerPlugin, DetectorPlugin, MaskerPlugin, Plugin } from '../plugins/plugin.ts';
import { findPlugin } from '../plugins/registry.ts';
import { decodeImage, decodeImageBytes } from '../source/decode-image.ts';
import type { Limits } from '../source/limits.ts';
import { releaseBytes } from '../source/release-bytes.ts';
import { DirStore } from '../store/dir-store.ts';
import { openStore } from '../store/open-store.ts';
import type { S3Options } from '../store/s3-options.ts';
import type { Store } from '../store/store.ts';
import { parseStoreAddress } from '../store/store-address.ts';
import type { RgbImage } from '../vision/types.ts';
import type { Alignment, Face, FaceRejection, StoredMask } from './faces.ts';
import { slabBytes } from './frame-slabs.ts';
import type { StageRole } from './plan-stage.ts';
import { type AlignOptions, align, type FaceInFrame } from './steps/align.ts';
import { type CropOptions, crop } from './steps/crop.ts';
import { type DetectOptions, detect } from './steps/detect.ts';
import { type AlignedFaceInFrame, mask } from './steps/mask.ts';

/** What a host thread can be asked to do. Pixels travel as views of shared memory. */
export interface Operations {
  decode(args: { path: string; limits: Limits; slab: SharedArrayBuffer | null }): Promise<RgbImage>;
  /** @param name of the frame, for messages */
  decodeBytes(args: {
    bytes: Uint8Array;
    name: string;
    limits: Limits;
    slab: SharedArrayBuffer | null;
  }): Promise<RgbImage>;
  detect(args: { role: string; images: readonly RgbImage[]; options: DetectOptions }): Promise<Face[][]>;
  align(args: {
    role: string;
    faces: readonly FaceInFrame[];
    options: AlignOptions;
  }): Promise<(Alignment | FaceRejection)[]>;
  mask(args: { role: string; faces: readonly AlignedFaceInFrame[]; batch: number }): Promise<StoredMask[]>;
  /** Makes a crop and writes it under `key`. @returns its thumbnail */
  crop(args: {
    face: AlignedFaceInFrame;
    header: FaceHeader;
    options: CropOptions;
    key: string;
  }): Promise<Uint8Array>;
}

/** A store by its address. */
export interface StorePlace {
  readonly address: string;
  readonly s3?: S3Options;
}

interface LoadedRole {
  readonly plugin: Plugin;
  readonly options: unknown;
  readonly session: Session | null;
}

/** What a thread works with. */
export interface StageContext {
  /** The stage's plugins with their options and sessions, by role. */
  readonly roles: ReadonlyMap<string, LoadedRole>;
  /** Where crops are written; null when none are made. */
  readonly store: Store | null;
}

/** Loads the plugins of a stage. */
export async function stageContext(
  roles: readonly StageRole[],
  sessions: ReadonlyMap<string, Session>,
  output: string | StorePlace | null,
): Promise<StageContext> {
  const context = new Map<string, LoadedRole>();
  for (const { role, kind, plugin, options } of roles) {
    context.set(role, {
      plugin: await findPlugin(kind, plugin),
      options,
      session: sessions.get(role) ?? null,
    });
  }
  return { roles: context, store: output === null ? null : await openOutput(output) };
}

/** A folder is in use by the process already: it is not searched for leftovers by every thread. */
async function openOutput(output: string | StorePlace): Promise<Store> {
  if (typeof output === 'string') return new DirStore(await realpath(output));
  const place = parseStoreAddress(output.address);
  if (place.kind === 'dir') return new DirStore(await realpath(place.path));
  return await openStore(output.address, { ...(output.s3 && { s3: output.s3 }) });
}

/** Runs one operation by name. */
export function runOperation(context: StageContext, operation: string, args: unknown): Promise<unknown> {
  const operations = operationsOf(context) as unknown as Record<string, (args: unknown) => Promise<unknown>>;
  const run = operations[operation];
  if (run === undefined) throw new TypeError(`unknown operation ${operation}`);
  return run(args);
}

function operationsOf({ roles, store }: StageContext): Operations {
  const loaded = (role: string): LoadedRole => roles.get(role)!;
  return {
    decode: ({ path, limits, slab }) =>
      decodeImage(path, limits, (byteLength) => slabBytes(slab, byteLength)),
    decodeBytes: ({ bytes: { buffer, byteOffset, byteLength }, name, limits, slab }) =>
      decodeImageBytes(Buffer.from(buffer, byteOffset, byteLength), name, limits, (length) =>
        slabBytes(slab, length),
      ),
    detect: ({ role, images, options }) => {
      const { plugin, session, options: own } = loaded(role);
      return detect(session!, plugin as DetectorPlugin, own, images, options);
    },
    align: ({ role, faces, options }) => {
      const { plugin, session, options: own } = loaded(role);
      return align(session!, plugin as AlignerPlugin, own, faces, options);
    },
    mask: ({ role, faces, batch }) => {
      const { plugin, session, options: own } = loaded(role);
      return mask(session, plugin as MaskerPlugin, own, faces, batch);
    },
    crop: async ({ face, header, options, key }) => {
      const { png, thumbnail } = await crop(face, header, options);
      await store!.put(key, png);
      releaseBytes(png);
      const kept = Uint8Array.from(thumbnail);
      releaseBytes(thumbnail);
      return kept;
    },
  };
}
