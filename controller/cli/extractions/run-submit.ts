import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { parseManifest } from '../../api/extraction-manifest.ts';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import type { KubeClient } from '../../k8s/kube-client.ts';
import { hasCode } from '../../k8s/kube-failure.ts';
import { EXTRACTIONS } from '../../k8s/kube-resource.ts';
import { checkPluginOptions } from '../check-plugin-options.ts';
import { readConfigFile } from '../config-file.ts';
import { readYaml } from '../read-structured.ts';
import { writeAll } from '../write-all.ts';
import type { KubeOptions } from './kube-options.ts';
import { objectText, resourceName } from './object-text.ts';
import { openCluster } from './open-cluster.ts';
import { watchExtraction } from './run-watch.ts';
import { type ExtractionOptions, type SubmitManifest, submitManifest } from './submit-manifest.ts';

export interface SubmitOptions extends KubeOptions, Omit<ExtractionOptions, 'pluginOptions' | 'filters'> {
  readonly file?: string;
  readonly config?: string;
  readonly dryRun: 'client' | 'server' | 'none';
  readonly forceConflicts: boolean;
  readonly wait: boolean;
  readonly output: 'text' | 'name' | 'json' | 'yaml';
}

/** Owner of the entries that are set, as the API server keeps it. */
const FIELD_MANAGER = 'facefleet';
/** Options that go with a file; all others describe an extraction. */
const WITH_FILE: ReadonlySet<string> = new Set([
  'file',
  'dryRun',
  'forceConflicts',
  'wait',
  'output',
  'namespace',
  'context',
  'kubeconfig',
]);

type Outcome = 'created' | 'configured' | 'unchanged';

/**
 * `facefleet submit`. Nothing is sent before all is checked.
 * @throws FacefleetError FF5001, FF5002 and FF5003 for what is wrong here, FF7xxx for what the cluster says
 */
export async function runSubmit(
  source: string | undefined,
  output: string | undefined,
  options: SubmitOptions,
): Promise<void> {
  const { dryRun, wait } = options;
  if (wait && dryRun !== 'none')
    throw new FacefleetError('FF5001', '--dry-run creates nothing that --wait could wait for');
  const { content, where } = await manifestOf(source, output, options);
  const checked = parseManifest(content, options.file ?? null);
  await checkPluginOptions(checked, where);
  const own = checked.metadata.namespace;
  if (own !== undefined && options.namespace !== undefined && own !== options.namespace)
    throw new FacefleetError(
      'FF5001',
      `${where} is of namespace ${own}, and --namespace says ${options.namespace}`,
    );
  if (dryRun === 'client') {
    await tell(content, 'created', options);
    return;
  }
  const client = openCluster(own === undefined ? options : { ...options, namespace: own });
  try {
    const { object, outcome } = await send(client, content, options);
    await tell(object, outcome, options);
    if (wait) await watchExtraction(client, object, options.output === 'json' ? 'json' : 'text');
  } finally {
    client.close();
  }
}

async function manifestOf(
  source: string | undefined,
  output: string | undefined,
  { file, config, ...options }: SubmitOptions,
): Promise<{ readonly content: SubmitManifest; readonly where: string }> {
  if (file === undefined) {
    if (source === undefined || output === undefined)
      throw new FacefleetError(
        'FF5001',
        `there is neither --file nor ${source === undefined ? 'a source' : 'an output'}`,
      );
    const { detect, align, mask, filters } = await readConfigFile(config);
    const described = { ...options, filters, pluginOptions: { ...detect, ...align, ...mask } };
    return { content: submitManifest(source, output, described), where: 'command line' };
  }
  const other = Object.keys({ ...options, ...(config === undefined ? {} : { config }) }).find(
    (name) => !WITH_FILE.has(name),
  );
  if (source !== undefined || other !== undefined) {
    const what =
      source === undefined
        ? `--${other?.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
        : 'a source';
    throw new FacefleetError('FF5001', `--file holds the extraction; ${what} does not go with it`);
  }
  return { content: (await readYaml(file)) as SubmitManifest, where: file };
}

/** Created with a generated name, else applied: only what is given is set, and what others have set stays theirs. */
async function send(
  client: KubeClient,
  content: SubmitManifest,
  { dryRun, forceConflicts }: SubmitOptions,
): Promise<{ readonly object: ExtractionResource; readonly outcome: Outcome }> {
  const { namespace } = client;
  const { name } = content.metadata;
  const dry = dryRun === 'server';
  if (name === undefined) {
    const query = { fieldManager: FIELD_MANAGER, ...(dry ? { dryRun: 'All' } : {}) };
    const made = await client.ask({ verb: 'create', resource: EXTRACTIONS, namespace, query, body: content });
    return { object: made as ExtractionResource, outcome: 'created' };
  }
  const before = await client.get(EXTRACTIONS, namespace, name);
  const options = { kind: 'apply', fieldManager: FIELD_MANAGER, force: forceConflicts, dryRun: dry } as const;
  try {
    const object = await client.patch(EXTRACTIONS, { namespace, name }, content, options);
    const same = before?.metadata.generation === object.metadata.generation;
    return { object, outcome: before === null ? 'created' : same ? 'unchanged' : 'configured' };
  } catch (error) {
    if (!hasCode(error, 'FF7004')) throw error;
    const { detail } = error as FacefleetError;
    throw new FacefleetError('FF7007', `${detail}; --force-conflicts takes these entries over`, {
      cause: error,
    });
  }
}

async function tell(
  object: SubmitManifest,
  outcome: Outcome,
  { output, dryRun }: SubmitOptions,
): Promise<void> {
  const { name, generateName } = object.metadata;
  const dry = dryRun === 'none' ? '' : dryRun === 'server' ? ' (server dry run)' : ' (dry run)';
  const text =
    output === 'json' || output === 'yaml'
      ? objectText(object, output)
      : resourceName(name ?? `${generateName}…`);
  if (output === 'text') await writeAll([`${text} ${outcome}${dry}\n`]);
  else await writeAll([output === 'name' ? `${text}\n` : text]);
}
