import { z } from 'zod';
import { ruled, unchangeable } from './rule.ts';

const isNone = (name: string): boolean => name.toLowerCase() === 'none';
const folded = (name: string): string => name.toLowerCase().replaceAll('-', '_');

const entries = {
  plugin: z
    .string()
    .min(1)
    .max(63)
    .describe('Name of the plugin, as `facefleet plugins` shows them; `-` and `_` are the same.'),
  options: z
    .record(z.string(), z.json())
    .default({})
    .meta({ 'x-kubernetes-preserve-unknown-fields': true })
    .describe('Options of the plugin, as `facefleet plugins NAME` shows them.'),
};

const detectorEntries = ruled(
  z.strictObject({
    ...entries,
    anglesDeg: z
      .array(z.number().min(0).lt(360))
      .min(1)
      .max(360)
      .default([0])
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe(
        'Angles by which a frame is turned until faces are found, in the order they are tried; 0 always comes first.',
      ),
    minDiagonalPx: z
      .number()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('Smallest face: diagonal of its box, pixels; 0 = any.'),
    minPercent: z
      .number()
      .min(0)
      .max(100)
      .default(0)
      .describe("Smallest face: percent of the frame's shorter side; 0 = any."),
    maxPercent: z
      .number()
      .min(0)
      .max(500)
      .default(0)
      .describe("Largest face: percent of the frame's shorter side; 0 = any."),
  }),
  {
    cel: 'self.maxPercent == 0.0 || self.minPercent <= self.maxPercent',
    message: 'has a minPercent above its maxPercent: no face would be kept',
    holds: ({ minPercent, maxPercent }) => maxPercent === 0 || minPercent <= maxPercent,
  },
);

/** Null, like the plugin `none`, means that the frames are aligned faces already. Whether it changed is checked in the whole spec: a rule here does not see null. */
export const detector = detectorEntries
  .nullable()
  .transform((chosen) => (chosen === null || isNone(chosen.plugin) ? null : chosen))
  .prefault({ plugin: 'ultraface' })
  .describe(
    'Finds the faces. `{plugin: none}` (or null, which `kubectl apply` may drop) when the frames are aligned faces already.',
  );

/** Limits by which faces with implausible landmarks are dropped. */
export const filters = ruled(
  z.strictObject({
    features: z.boolean().default(true).describe('Whether a mouth above an eye or a brow is implausible.'),
    minScale: z
      .number()
      .min(0)
      .max(1)
      .default(0.07)
      .describe("Smallest face, as a share of the frame's shorter side; 0 = any."),
    maxScale: z.number().min(0).max(10).default(2).describe('Largest face, likewise; 0 = any.'),
    distancePercent: z
      .number()
      .min(0)
      .max(100)
      .default(22.5)
      .describe('Largest mean distance of the landmarks from the mean face, percent of its size; 0 = any.'),
    rollDeg: z
      .number()
      .min(0)
      .max(180)
      .default(45)
      .describe('Largest roll that remains after the face is turned upright, degrees; 0 = any.'),
  }),
  {
    cel: 'self.maxScale == 0.0 || self.minScale <= self.maxScale',
    message: 'has a minScale above its maxScale: no face would be kept',
    holds: ({ minScale, maxScale }) => maxScale === 0 || minScale <= maxScale,
  },
);

export const aligner = unchangeable(
  ruled(
    z.strictObject({
      ...entries,
      normalise: z
        .enum(['none', 'clahe', 'hist', 'mean'])
        .default('none')
        .describe("Normalisation of the aligner's input."),
      reFeeds: z
        .int()
        .min(0)
        .max(10)
        .default(0)
        .describe('Further runs with the box moved a little, averaged.'),
      reAlign: z.boolean().default(false).describe('Whether the aligner runs once more on the upright face.'),
      filters: filters
        .nullable()
        .default(null)
        .describe(
          'Faces whose landmarks are implausible are dropped by these limits; `{}` for the usual ones.',
        ),
    }),
    {
      cel: "self.plugin.lowerAscii() != 'none'",
      message: 'is none: every face needs landmarks',
      holds: ({ plugin }) => !isNone(plugin),
    },
  ),
  'aligner',
)
  .prefault({ plugin: 'mediapipe478' })
  .describe('Finds the landmarks.');

export const maskers = unchangeable(
  ruled(
    z.array(z.strictObject(entries)).max(16).meta({ 'x-kubernetes-list-type': 'atomic' }),
    {
      cel: "self.all(one, one.plugin.lowerAscii() != 'none')",
      message: 'has none among them: write maskers: [] for no masks',
      holds: (all) => !all.some(({ plugin }) => isNone(plugin)),
    },
    {
      cel: "self.all(one, self.exists_one(other, other.plugin.lowerAscii().replace('-', '_') == one.plugin.lowerAscii().replace('-', '_')))",
      message: 'names a plugin twice',
      holds: (all) => new Set(all.map(({ plugin }) => folded(plugin))).size === all.length,
    },
  ),
  'maskers',
)
  .prefault([{ plugin: 'components' }, { plugin: 'extended' }])
  .describe('Make masks, each its own; `[]` for none.');
