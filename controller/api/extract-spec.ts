import { z } from 'zod';

const pluginChoice = z.strictObject({
  plugin: z.string().min(1),
  /** Checked against the plugin's own schema when the plugin is loaded. */
  options: z.record(z.string(), z.json()),
});

/**
 * What one extraction does to its frames: everything that can change a byte of its result, and nothing else. Its digest tells whether
 * a second run into the same output continues the first.
 */
export const extractSpec = z.strictObject({
  source: z.strictObject({
    /** Last part of the source's path. */
    name: z.string(),
    kind: z.enum(['folder', 'image', 'list', 'video']),
    imageIsAligned: z.boolean(),
  }),
  limits: z.strictObject({
    maxPixels: z.number().int().positive(),
    maxBytes: z.number().int().positive(),
  }),
  /** The alignments that faces are taken from instead of a detector's. */
  alignments: z
    .strictObject({
      /** Of their frames as lines of JSON (see `AlignmentsIndex`). */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .optional(),
  /** Null when the images are aligned faces already, or alignments are given. */
  detector: pluginChoice
    .extend({
      anglesDeg: z.array(z.number().min(0).lt(360)).min(1),
      minDiagonalPx: z.number().min(0),
      minPercent: z.number().min(0).max(100),
      maxPercent: z.number().min(0).max(500),
    })
    .nullable(),
  /** Null when every face of the given alignments has its landmarks. */
  aligner: pluginChoice
    .extend({
      normalise: z.enum(['none', 'clahe', 'hist', 'mean']),
      reFeeds: z.number().int().min(0).max(10),
      reAlign: z.boolean(),
      filters: z
        .strictObject({
          features: z.boolean(),
          minScale: z.number().min(0).max(1),
          maxScale: z.number().min(0).max(10),
          distancePercent: z.number().min(0).max(100),
          rollDeg: z.number().min(0).max(180),
        })
        .nullable(),
    })
    .nullable(),
  maskers: z.array(pluginChoice).max(16),
  output: z.strictObject({
    /** Side of the head crops, pixels. */
    sizePx: z.number().int().min(64).max(2048),
    faces: z.boolean(),
    debugLandmarks: z.boolean(),
  }),
});

export type ExtractSpec = z.infer<typeof extractSpec>;
