import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { SourceKind } from '../../worker/source/source.ts';
import type { ExtractSpec } from '../api/extract-spec.ts';
import { extractSpecOf } from '../api/extract-spec-of.ts';
import { type Extraction, parseExtraction } from '../api/extraction.ts';
import { sourceName } from '../api/source-of.ts';
import type { ClusterOptions } from './cluster-job.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import { existingOutput } from './existing-output.ts';
import { toExtractSpec } from './extract-options.ts';
import { overrideEntries } from './override-entries.ts';
import { readYaml } from './read-structured.ts';

type S3 = NonNullable<Extraction['spec']['source']['s3']>;

/** What a cluster run is about: from the command line, and from an Extraction where one is given. */
export interface ClusterRequest {
  readonly source: {
    readonly address: string;
    readonly s3?: S3;
    readonly recursive: boolean;
    readonly everyN: number;
  };
  readonly output: { readonly address: string; readonly s3?: S3 };
  readonly existing: Extraction['spec']['output']['existing'];
  readonly limits: Extraction['spec']['limits'];
  readonly transport: Extraction['spec']['transport'];
  /** What is done to the frames of a source of that kind. */
  specOf(kind: SourceKind): Promise<ExtractSpec>;
  /** As they were given. */
  readonly options: ClusterOptions;
}

/**
 * Puts the command line and the file of `-f` together: what the command line says counts, then the file, then defaults.
 * @param isGiven whether an option stands on the command line, not only by its default
 * @throws FacefleetError FF5001 when source or output is missing, FF5002 when a file is wrong, FF5003
 */
export async function clusterRequest(
  source: string | undefined,
  output: string | undefined,
  options: ClusterOptions,
  isGiven: (option: string) => boolean = () => false,
): Promise<ClusterRequest> {
  const { file } = options;
  const config = await readConfigFile(options.config);
  if (file === undefined) return fromOptions(...both(source, output), options, config);
  const { spec } = parseExtraction(await readYaml(file), file);
  const [from, to] = both(source ?? spec.source.address, output ?? spec.output.address);
  const asked = await overrideEntries(spec, options, config, isGiven);
  return {
    source: { ...asked.source, address: from },
    output: { address: to, ...(asked.output.s3 && { s3: asked.output.s3 }) },
    existing: asked.output.existing,
    limits: asked.limits,
    transport: asked.transport,
    specOf: (kind) => specOfFile(asked, { name: sourceName(from), kind }, file),
    options,
  };
}

async function specOfFile(
  spec: Extraction['spec'],
  source: { readonly name: string; readonly kind: SourceKind },
  file: string,
): Promise<ExtractSpec> {
  try {
    return await extractSpecOf(spec, source);
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code !== 'FF5002') throw error;
    throw new FacefleetError('FF5002', `${file}: ${error.detail}`, { cause: error });
  }
}

function fromOptions(
  source: string,
  output: string,
  options: ClusterOptions,
  config: ConfigFile,
): ClusterRequest {
  const { recursive, everyN, maxPixels, maxBytes } = options;
  return {
    source: { address: source, recursive, everyN },
    output: { address: output },
    existing: existingOutput(options),
    limits: {
      maxPixels,
      maxBytes,
      decodeTimeoutSeconds: options.decodeTimeout,
      tries: options.tries,
      maxFailedInARow: options.maxFailedInARow,
      maxFailedPercent: options.maxFailedShare,
    },
    transport: options.byReference ? 'Reference' : 'Auto',
    specOf: (kind) => toExtractSpec(`/${sourceName(source)}`, kind, options, config, null),
    options,
  };
}

function both(source: string | undefined, output: string | undefined): [string, string] {
  if (source && output) return [source, output];
  throw new FacefleetError('FF5001', `the ${source ? 'output' : 'source'} is missing or empty`);
}
