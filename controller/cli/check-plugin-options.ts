import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { findPlugin } from '../../worker/plugins/registry.ts';
import type { Extraction } from '../api/extraction.ts';
import { schemaIssues } from '../api/schema-issues.ts';

/**
 * Checks the options of an Extraction's plugins by the plugins' own schemas. They have no say in a plan, but what is planned shall run.
 * @param where named in the error, such as the file
 * @throws FacefleetError FF5002 with the option that is wrong, FF5003 when there is no such plugin
 */
export async function checkPluginOptions(
  { spec }: { readonly spec: Pick<Extraction['spec'], 'detector' | 'aligner' | 'maskers'> },
  where: string,
): Promise<void> {
  const choices = [
    ...(spec.detector === null ? [] : [['detector', 'detect', spec.detector] as const]),
    ['aligner', 'align', spec.aligner] as const,
    ...spec.maskers.map((masker, i) => [`maskers.${i}`, 'mask', masker] as const),
  ];
  for (const [entry, role, { plugin, options }] of choices) {
    const schema = (await findPlugin(role, plugin)).options;
    const parsed = schema.safeParse(options);
    if (parsed.success) continue;
    throw new FacefleetError(
      'FF5002',
      `${where}: spec.${entry}.options: ${schemaIssues(parsed.error, schema)}`,
    );
  }
}
