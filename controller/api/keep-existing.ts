import type { Job } from '../../worker/cluster/job.ts';
import type { ExtractionSpec } from './extraction-resource.ts';

/** `spec.output.existing` in the words of a job. */
export const KEEP_EXISTING: Readonly<Record<ExtractionSpec['output']['existing'], Job['keepExisting']>> = {
  Continue: 'same-spec',
  Overwrite: 'same-spec',
  Keep: 'any',
  KeepWithFaces: 'any-with-faces',
};
