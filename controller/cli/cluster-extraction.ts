import { z } from 'zod';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { type Extraction, parseExtraction } from '../api/extraction.ts';
import type { ClusterOptions } from './cluster-job.ts';
import { type ConfigFile, pluginOptions, readConfigFile } from './config-file.ts';
import { readYaml } from './read-structured.ts';

/** What a cluster run is about: from the command line, and from an Extraction where one is given. */
export interface ClusterRequest {
  readonly source: string;
  readonly output: string;
  readonly options: ClusterOptions;
  readonly config: ConfigFile;
}

const place = z.object({ address: z.string().min(1) });

/**
 * Puts the command line and the file of `-f` together: plugins and their options are the file's, and so are source and output where the command
 * line has none.
 * @throws FacefleetError FF5001 when source or output is missing, FF5002 when the file is wrong, FF5003
 */
export async function clusterRequest(
  source: string | undefined,
  output: string | undefined,
  options: ClusterOptions,
): Promise<ClusterRequest> {
  const { file } = options;
  const extraction = file === undefined ? null : parseExtraction(await readYaml(file), file);
  const from = source ?? addressIn(extraction?.spec.source);
  const to = output ?? addressIn(extraction?.spec.output);
  if (!from || !to)
    throw new FacefleetError('FF5001', `the ${from ? 'output' : 'source'} is missing or empty`);
  const config = await readConfigFile(options.config);
  if (extraction === null) return { source: from, output: to, options, config };
  return { source: from, output: to, ...(await pluginsOf(extraction.spec, options, config)) };
}

async function pluginsOf(
  { detector, aligner, maskers }: Extraction['spec'],
  options: ClusterOptions,
  config: ConfigFile,
): Promise<Pick<ClusterRequest, 'options' | 'config'>> {
  const own = async (
    role: 'detect' | 'align' | 'mask',
    { plugin, options: given }: (typeof maskers)[number],
  ) => ({
    [plugin]: await pluginOptions(role, plugin, given),
  });
  const masks = await Promise.all(maskers.map((masker) => own('mask', masker)));
  return {
    options: {
      ...options,
      ...(detector && { detector: detector.plugin }),
      aligner: aligner.plugin,
      masker: maskers.length > 0 ? maskers.map(({ plugin }) => plugin) : ['none'],
      imageIsAligned: detector === null || options.imageIsAligned,
    },
    config: {
      ...config,
      detect: detector === null ? {} : await own('detect', detector),
      align: await own('align', aligner),
      mask: Object.assign({}, ...masks) as ConfigFile['mask'],
    },
  };
}

function addressIn(part: unknown): string | undefined {
  const parsed = place.safeParse(part);
  return parsed.success ? parsed.data.address : undefined;
}
