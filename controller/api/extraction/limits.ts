import { z } from 'zod';
import { FAILURE_LIMITS } from '../../../worker/conductor/plugin-failures.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { unchangeable } from './rule.ts';

export const limits = unchangeable(
  z.strictObject({
    maxPixels: z
      .int()
      .min(1)
      .default(DEFAULT_LIMITS.maxPixels)
      .describe('Larger images are failures, pixels.'),
    maxBytes: z
      .int()
      .min(1)
      .default(DEFAULT_LIMITS.maxBytes)
      .describe('Larger image files are failures, bytes.'),
    decodeTimeoutSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(DEFAULT_LIMITS.timeoutMs / 1000)
      .describe('Images that take longer to decode are failures.'),
    tries: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe(
        'Tries of a frame that fails, each by any worker. What can never succeed, such as a damaged image, is not tried again.',
      ),
    maxFailedInARow: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .default(FAILURE_LIMITS.inARow)
      .describe('The extraction fails when a plugin fails on so many frames in a row; 0 = any number.'),
    maxFailedPercent: z
      .number()
      .min(0)
      .max(100)
      .default(FAILURE_LIMITS.share * 100)
      .describe('The extraction fails when a plugin fails on more of all frames, percent; 100 = all.'),
  }),
  'limits',
)
  .prefault({})
  .describe('What a frame may cost, and when an extraction is given up.');
