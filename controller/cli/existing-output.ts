import type { ExtractionSpec } from '../api/extraction-resource.ts';
import type { ExtractOptions } from './extract-options.ts';

/** What options say about an earlier output, in the words of an Extraction. */
export function existingOutput({
  overwrite,
  skipExisting,
  skipExistingFaces,
}: ExtractOptions): ExtractionSpec['output']['existing'] {
  if (overwrite) return 'Overwrite';
  if (skipExisting) return 'Keep';
  return skipExistingFaces ? 'KeepWithFaces' : 'Continue';
}
