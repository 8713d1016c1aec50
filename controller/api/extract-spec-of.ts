import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { SourceKind } from '../../worker/source/source.ts';
import { chosenPlugin, type Flow } from './chosen-plugin.ts';
import { type ExtractSpec, extractSpec } from './extract-spec.ts';
import type { ExtractionSpec } from './extraction-resource.ts';
import { schemaIssues } from './schema-issues.ts';

/** What of an Extraction can change a byte of its result, besides the source. */
export type Settings = Flow &
  Pick<ExtractionSpec, 'limits'> & { readonly output: Omit<ExtractionSpec['output'], 'address'> };

/**
 * What an Extraction does to its frames: the same, to its digest, as `facefleet extract` with options that say the same.
 * @throws FacefleetError FF5002 with the entry that is wrong, FF5003 when there is no such plugin
 */
export async function extractSpecOf(
  { detector, aligner, maskers, limits, output }: Settings,
  source: { readonly name: string; readonly kind: SourceKind },
): Promise<ExtractSpec> {
  const spec: ExtractSpec = {
    source: { ...source, imageIsAligned: detector === null },
    limits: { maxPixels: limits.maxPixels, maxBytes: limits.maxBytes },
    detector: detector && {
      ...detector,
      ...(await chosenPlugin('detect', 'detector', detector)),
      anglesDeg: [0, ...new Set(detector.anglesDeg.filter((angle) => angle > 0))],
    },
    aligner: { ...aligner, ...(await chosenPlugin('align', 'aligner', aligner)) },
    maskers: await Promise.all(maskers.map((masker, i) => chosenPlugin('mask', `maskers.${i}`, masker))),
    output: { sizePx: output.sizePx, faces: output.faces, debugLandmarks: output.debugLandmarks },
  };
  const parsed = extractSpec.safeParse(spec);
  if (parsed.success) return parsed.data;
  throw new FacefleetError('FF5002', `spec: ${schemaIssues(parsed.error, extractSpec)}`);
}
