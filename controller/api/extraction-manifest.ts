import { z } from 'zod';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { extractionSpec } from './extraction/spec.ts';
import { schemaIssues } from './schema-issues.ts';

const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

const manifest = z.object({
  apiVersion: z.literal('facefleet.dev/v1alpha1'),
  kind: z.literal('Extraction'),
  metadata: z
    .looseObject({
      name: z.string().max(253).regex(NAME, 'is no name: small letters, digits, "-" and "."').exactOptional(),
      generateName: z.string().min(1).max(248).exactOptional(),
      namespace: z.string().min(1).exactOptional(),
    })
    .refine(({ name, generateName }) => name !== undefined || generateName !== undefined, {
      error: 'has neither name nor generateName',
    }),
  spec: extractionSpec,
});

/** An Extraction as it is sent to a cluster, every entry checked; nothing is filled in but in `spec`. */
export type ExtractionManifest = z.output<typeof manifest>;

/**
 * Checks an Extraction before it is sent to a cluster by the rules that the API server has.
 * @param file named in the error; null: it was made from the command line
 * @throws FacefleetError FF5002 (FF5001 for the command line) with every entry that is wrong
 */
export function parseManifest(content: unknown, file: string | null): ExtractionManifest {
  const parsed = manifest.safeParse(content);
  if (parsed.success) return parsed.data;
  const issues = schemaIssues(parsed.error, manifest);
  if (file === null) throw new FacefleetError('FF5001', issues);
  throw new FacefleetError('FF5002', `${file}: ${issues}`);
}
