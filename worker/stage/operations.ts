import { realpath } from 'node:fs/promises';
import type { Session } from '../engine/session.ts';
import type { AlignerPlugin, DetectorPlugin, MaskerPlugin, Plugin } from '../plugins/plugin.ts';
import { findPlugin } from '../plugins/registry.ts';
import { decodeImage } from '../source/decode-image.ts';
import type { Limits } from '../source/limits.ts';
import { releaseBytes } from '../source/release-bytes.ts';
import { DirStore } from '../store/dir-store.ts';
import type { Store } from '../store/store.ts';
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
  detect(args: { role: string; images: readonly RgbImage[]; options: DetectOptions }): Promise<Face[][]>;
  align(args: {
    role: string;
    faces: readonly FaceInFrame[];
    options: AlignOptions;
  }): Promise<(Alignment | FaceRejection)[]>;
  mask(args: { role: string; faces: readonly AlignedFaceInFrame[]; batch: number }): Promise<StoredMask[]>;
  /** Makes a crop and writes it under `key`. */
  crop(args: { face: AlignedFaceInFrame; options: CropOptions; key: string }): Promise<void>;
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
  outputFolder: string | null,
): Promise<StageContext> {
  const context = new Map<string, LoadedRole>();
  for (const { role, kind, plugin, options } of roles) {
    context.set(role, {
      plugin: await findPlugin(kind, plugin),
      options,
      session: sessions.get(role) ?? null,
    });
  }
  return { roles: context, store: outputFolder === null ? null : new DirStore(await realpath(outputFolder)) };
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
    crop: async ({ face, options, key }) => {
      const png = await crop(face, options);
      await store!.put(key, png);
      releaseBytes(png);
    },
  };
}
