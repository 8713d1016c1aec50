import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { chosenPlugin, type Flow } from '../api/chosen-plugin.ts';

/**
 * Checks the options of an Extraction's plugins by the plugins' own schemas. They have no say in a plan, but what is planned shall run.
 * @param where named in the error, such as the file
 * @throws FacefleetError FF5002 with the option that is wrong, FF5003 when there is no such plugin
 */
export async function checkPluginOptions({ spec }: { readonly spec: Flow }, where: string): Promise<void> {
  try {
    if (spec.detector !== null) await chosenPlugin('detect', 'detector', spec.detector);
    await chosenPlugin('align', 'aligner', spec.aligner);
    for (const [i, masker] of spec.maskers.entries()) await chosenPlugin('mask', `maskers.${i}`, masker);
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code !== 'FF5002') throw error;
    throw new FacefleetError('FF5002', `${where}: ${error.detail}`, { cause: error });
  }
}
