import { z } from 'zod';
import { limits } from './limits.ts';
import { localOutput, localSource, output, source } from './place.ts';
import { planning } from './planning.ts';
import { aligner, detector, maskers } from './plugins.ts';
import { podTemplate } from './pod-template.ts';
import { cannotChange, ruled, unchangeable, withCel } from './rule.ts';

const secret = (holds: string) =>
  z
    .strictObject({
      secretName: z
        .string()
        .max(253)
        .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'is no name of a Secret')
        .describe('Secret of the same namespace.'),
    })
    .exactOptional()
    .describe(holds);

const entries = z.strictObject({
  source: source.describe('Where the frames come from. Cannot be changed.'),
  output: output.describe('Where the result goes. Cannot be changed.'),
  detector,
  aligner,
  maskers,
  planning,
  transport: unchangeable(z.enum(['Auto', 'Reference']), 'transport')
    .default('Auto')
    .describe(
      '`Auto`: images ride in messages where they fit. `Reference`: they never do, and every worker reads the source itself. Cannot be changed.',
    ),
  limits,
  suspend: z
    .boolean()
    .default(false)
    .describe(
      'Whether the extraction rests: it has no pods, and goes on where it stopped when this is false again.',
    ),
  priority: z
    .int32()
    .min(-1_000_000_000)
    .max(1_000_000_000)
    .default(0)
    .describe('Who gets devices first when there are not enough: the highest.'),
  activeDeadlineSeconds: z
    .int()
    .min(1)
    .exactOptional()
    .describe(
      'The extraction fails when it was active for so long; time in which it is suspended does not count.',
    ),
  ttlSecondsAfterFinished: z
    .int32()
    .min(0)
    .exactOptional()
    .describe('The Extraction is deleted so long after its end; its output stays. Without it, it is kept.'),
  backoffLimit: z
    .int32()
    .min(0)
    .max(10_000)
    .default(6)
    .describe(
      'The extraction fails after more crashes of its pods. What the cluster takes away does not count.',
    ),
  credentials: z
    .strictObject({
      s3: secret(
        'Secret whose entries (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, …) become environment variables, and files in `/facefleet/secrets/s3`.',
      ),
      nats: secret(
        "Secret whose entries (`NATS_USER`, `NATS_PASSWORD`, …) become environment variables, and files in `/facefleet/secrets/nats`; instead of the controller's.",
      ),
    })
    .prefault({})
    .describe('Secrets, by name.'),
  podTemplate,
});

/** What is wanted, with every default filled in. */
export const extractionSpec = withCel(
  ruled(entries, {
    cel: 'self.source.address != self.output.address || has(self.source.s3) || has(self.output.s3)',
    message: 'has one address as source and output',
    holds: ({ source: from, output: to }) =>
      from.address !== to.address || from.s3 !== undefined || to.s3 !== undefined,
  }),
  [
    {
      rule: 'has(self.detector) == has(oldSelf.detector) && (!has(self.detector) || self.detector == oldSelf.detector)',
      message: cannotChange('detector'),
    },
  ],
);

/** The same in a file that is used on this machine: the command line may tell source and output. */
export const localSpec = entries.extend({ source: localSource, output: localOutput });
