import { findPlugin } from '../../worker/plugins/registry.ts';
import { detector as detectorSchema } from '../api/extraction/plugins.ts';
import type { Extraction } from '../api/extraction.ts';
import type { ClusterOptions } from './cluster-job.ts';
import type { ConfigFile } from './config-file.ts';
import { existingOutput } from './existing-output.ts';
import { checkConflicts, checkTwice, maskersOf } from './extract-options.ts';

type Spec = Extraction['spec'];
type Choice = Spec['maskers'][number];
type Detector = NonNullable<Spec['detector']>;

/**
 * An Extraction whose entries say what options of the command line say instead, where those are given.
 * @throws FacefleetError FF5001 for options that contradict each other, FF5003
 */
export async function overrideEntries(
  spec: Spec,
  options: ClusterOptions,
  config: ConfigFile,
  isGiven: (option: string) => boolean,
): Promise<Spec> {
  checkConflicts(options);
  const pick = <E extends object>(...entries: readonly (readonly [option: string, instead: Partial<E>])[]) =>
    Object.assign(
      {},
      ...entries.filter(([option]) => isGiven(option)).map(([, instead]) => instead),
    ) as Partial<E>;
  const chosen = async (
    role: 'detect' | 'align' | 'mask',
    option: string,
    name: string,
    own: Choice | null,
  ) => await choice(role, isGiven(option) ? name : null, own, config);

  const { minSize, maxSize } = options;
  const own = spec.detector;
  const detector: Spec['detector'] =
    options.imageIsAligned || (own === null && !isGiven('detector'))
      ? null
      : {
          ...(own ?? (detectorSchema.parse(undefined) as Detector)),
          ...(await chosen('detect', 'detector', options.detector, own)),
          ...pick<Detector>(
            ['rotate', { anglesDeg: options.rotate }],
            [
              'minSize',
              {
                minDiagonalPx: minSize?.unit === 'px' ? minSize.value : 0,
                minPercent: minSize?.unit === 'percent' ? minSize.value : 0,
              },
            ],
            ['maxSize', { maxPercent: maxSize?.value ?? 0 }],
          ),
        };
  const named = isGiven('masker') && options.masker !== undefined ? maskersOf(options.masker) : null;
  const maskers = await Promise.all(
    named === null
      ? spec.maskers.map((masker) => choice('mask', null, masker, config))
      : named.map((name) => choice('mask', name, null, config)),
  );
  checkTwice(maskers);
  return {
    ...spec,
    source: {
      ...spec.source,
      ...pick<Spec['source']>(
        ['recursive', { recursive: options.recursive }],
        ['everyN', { everyN: options.everyN }],
      ),
    },
    output: {
      ...spec.output,
      ...pick<Spec['output']>(
        ['size', { sizePx: options.size }],
        ['skipFaces', { faces: !options.skipFaces }],
        ['debugLandmarks', { debugLandmarks: options.debugLandmarks }],
        ...['overwrite', 'skipExisting', 'skipExistingFaces'].map(
          (option) => [option, { existing: existingOutput(options) }] as const,
        ),
      ),
    },
    detector,
    aligner: {
      ...spec.aligner,
      ...(await chosen('align', 'aligner', options.aligner, spec.aligner)),
      ...pick<Spec['aligner']>(
        ['normalize', { normalise: options.normalize }],
        ['reFeed', { reFeeds: options.reFeed }],
        ['reAlign', { reAlign: options.reAlign }],
        ['alignFilters', { filters: config.filters }],
      ),
    },
    maskers,
    limits: {
      ...spec.limits,
      ...pick<Spec['limits']>(
        ['maxPixels', { maxPixels: options.maxPixels }],
        ['maxBytes', { maxBytes: options.maxBytes }],
        ['decodeTimeout', { decodeTimeoutSeconds: options.decodeTimeout }],
        ['tries', { tries: options.tries }],
        ['maxFailedInARow', { maxFailedInARow: options.maxFailedInARow }],
        ['maxFailedShare', { maxFailedPercent: options.maxFailedShare }],
      ),
    },
    transport: isGiven('byReference') ? 'Reference' : spec.transport,
  };
}

/** The plugin that is named, else the file's own; with the options of `--config` where that has some. */
async function choice(
  role: 'detect' | 'align' | 'mask',
  named: string | null,
  own: Choice | null,
  config: ConfigFile,
): Promise<Choice> {
  const { name } = await findPlugin(role, named ?? own!.plugin);
  const same = own !== null && (await findPlugin(role, own.plugin)).name === name;
  const options = config[role][name] ?? (same ? own.options : {});
  return { plugin: name, options: options as Choice['options'] };
}
