import { z } from 'zod';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { localSpec } from './extraction/spec.ts';
import { schemaIssues } from './schema-issues.ts';

/** The custom resource `Extraction` as people write it into a file; names are checked everywhere, and source and output may be told elsewhere. */
const extraction = z.object({
  apiVersion: z.literal('facefleet.dev/v1alpha1'),
  kind: z.literal('Extraction'),
  metadata: z.object({ name: z.string().min(1), namespace: z.string().exactOptional() }),
  spec: localSpec,
});

export type Extraction = z.output<typeof extraction>;

/**
 * Checks an Extraction as YAML or JSON gives it.
 * @param where named in the error, such as the file
 * @throws FacefleetError FF5002 with every entry that is wrong
 */
export function parseExtraction(content: unknown, where: string): Extraction {
  const parsed = extraction.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new FacefleetError('FF5002', `${where}: ${schemaIssues(parsed.error, extraction)}`);
}
