import { z } from 'zod';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { extractionSpec } from './extraction/spec.ts';
import { type condition, extractionStatus } from './extraction/status.ts';
import { withoutUnknown } from './extraction/without-unknown.ts';
import { schemaIssues } from './schema-issues.ts';

export type Condition = z.output<typeof condition>;
/** What is wanted, with every default filled in. */
export type ExtractionSpec = z.output<typeof extractionSpec>;
/** What has become of an extraction, as the controller last wrote it. */
export type ExtractionStatus = z.output<typeof extractionStatus>;

/** The custom resource `Extraction`, group `facefleet.dev`, version `v1alpha1`: one frame-by-frame face extraction, and what has become of it. */
export const extractionResource = z.object({
  apiVersion: z.literal('facefleet.dev/v1alpha1'),
  kind: z.literal('Extraction'),
  metadata: z.object({
    name: z.string().min(1),
    namespace: z.string().min(1),
    uid: z.string().min(1),
    generation: z.int(),
    resourceVersion: z.string(),
    creationTimestamp: z.string(),
    deletionTimestamp: z.string().exactOptional(),
    finalizers: z.array(z.string()).exactOptional(),
    labels: z.record(z.string(), z.string()).exactOptional(),
    annotations: z.record(z.string(), z.string()).exactOptional(),
  }),
  spec: extractionSpec.describe('What is wanted.'),
  status: extractionStatus.exactOptional().describe('What has become of it, written by the controller.'),
});

/** The custom resource `Extraction`, group `facefleet.dev`, version `v1alpha1`. */
export type ExtractionResource = z.output<typeof extractionResource>;

/**
 * An Extraction as an API server gives it. Entries that this version does not know are left out: the CRD may be newer.
 * @param where named in the error, such as `namespace/name`
 * @throws FacefleetError FF5002 with every entry that is wrong
 */
export function parseExtractionResource(content: unknown, where: string): ExtractionResource {
  const parsed = extractionResource.safeParse(content);
  if (parsed.success) return parsed.data;
  const known = extractionResource.safeParse(withoutUnknown(content, parsed.error));
  if (known.success) return known.data;
  throw new FacefleetError('FF5002', `${where}: ${schemaIssues(known.error, extractionResource)}`);
}
