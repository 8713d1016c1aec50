import { z } from 'zod';
import { PROVIDERS } from '../../worker/engine/session.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { Profile } from '../plan/profiles/profile.ts';

const profiledBatch = z.strictObject({
  batch: z.number().int().min(1).max(4096),
  memoryMiB: z.number().min(0).max(1e7),
  itemsPerSecond: z.number().positive().max(1e9),
});

/** A file of measurements as `facefleet models profile` writes it. */
export const profileFile = z.strictObject({
  product: z.string().min(1),
  provider: z.enum(PROVIDERS),
  onnxruntime: z.string().min(1),
  /** When and where, for people. */
  measured: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** Of a CPU: seconds of one core to read and decode a frame of two megapixels and to crop and encode its one face. */
  frameCoreSec: z.number().min(0).max(1e6).exactOptional(),
  models: z.array(
    z.strictObject({
      model: z.string().min(1),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is no sha256'),
      batches: z
        .array(profiledBatch)
        .min(1)
        .refine(
          (all) => all.every(({ batch }, i) => i === 0 || batch > all[i - 1]!.batch),
          'batches do not rise',
        ),
    }),
  ),
});

export type ProfileFile = z.output<typeof profileFile>;

/**
 * Checks a profile.
 * @param where named in the error, such as the file
 * @throws FacefleetError FF5002
 */
export function parseProfile(content: unknown, where: string): Profile {
  const parsed = profileFile.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FacefleetError('FF5002', `${where}: ${issue?.path.join('.')}: ${issue?.message}`);
}
