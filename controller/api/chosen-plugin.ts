import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { PluginRole } from '../../worker/plugins/plugin.ts';
import { findPlugin } from '../../worker/plugins/registry.ts';
import type { ExtractSpec } from './extract-spec.ts';
import type { ExtractionSpec } from './extraction-resource.ts';
import { schemaIssues } from './schema-issues.ts';

/** What of an Extraction tells its plugins. */
export type Flow = Pick<ExtractionSpec, 'detector' | 'aligner' | 'maskers'>;
type Choice = ExtractSpec['maskers'][number];

/**
 * A plugin by its own name, with its options checked and filled in.
 * @param entry names it in the error, such as `detector` or `maskers.1`
 * @throws FacefleetError FF5002 with the option that is wrong, FF5003 when there is no such plugin
 */
export async function chosenPlugin(role: PluginRole, entry: string, chosen: Choice): Promise<Choice> {
  const { name, options } = await findPlugin(role, chosen.plugin);
  const parsed = options.safeParse(chosen.options);
  if (!parsed.success)
    throw new FacefleetError('FF5002', `spec.${entry}.options: ${schemaIssues(parsed.error, options)}`);
  return { plugin: name, options: parsed.data as Choice['options'] };
}
