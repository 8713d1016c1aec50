import { basename } from 'node:path';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import type { SizeLimit } from '../parse-options.ts';

/** A volume as `--volume CLAIM:PATH[:ro]` gives it. */
export interface VolumeOption {
  readonly claimName: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
}

/** The options of `facefleet submit` that describe an extraction. What is not given is left to the cluster's defaults. */
export interface ExtractionOptions {
  readonly name?: string;
  readonly generateName?: string | true;
  readonly detector?: string;
  readonly aligner?: string;
  readonly masker?: readonly string[];
  readonly pluginOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Limits that `alignFilters` puts to use; the cluster's defaults without. */
  readonly filters?: object;
  readonly minSize?: SizeLimit;
  readonly maxSize?: SizeLimit;
  readonly rotate?: readonly number[];
  readonly normalize?: string;
  readonly reFeed?: number;
  readonly reAlign?: boolean;
  readonly alignFilters?: boolean;
  readonly recursive?: boolean;
  readonly everyN?: number;
  readonly size?: number;
  readonly skipFaces?: boolean;
  readonly debugLandmarks?: boolean;
  readonly existing?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly s3Secret?: string;
  readonly natsSecret?: string;
  readonly volume?: readonly VolumeOption[];
  readonly policy?: string;
  readonly device?: string;
  readonly maxReplicas?: number;
  readonly decodeWorkers?: number;
  readonly priority?: number;
  readonly deadline?: number;
  readonly ttl?: number;
  readonly suspend?: boolean;
}

/** An object that is to be sent; what it has is what the command line said. */
export interface SubmitManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly generateName?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * The Extraction that a command line describes. Without a name it is named after its output, so that the same command means the same extraction.
 * @throws FacefleetError FF5001
 */
export function submitManifest(source: string, output: string, options: ExtractionOptions): SubmitManifest {
  return {
    apiVersion: 'facefleet.dev/v1alpha1',
    kind: 'Extraction',
    metadata: metadataOf(output, options),
    spec: {
      source: given({
        address: source,
        recursive: options.recursive,
        everyN: options.everyN,
        s3: s3Of(source, options),
      }),
      output: given({
        address: output,
        s3: s3Of(output, options),
        sizePx: options.size,
        faces: options.skipFaces ? false : undefined,
        debugLandmarks: options.debugLandmarks,
        existing: options.existing,
      }),
      ...given({
        detector: detectorOf(options),
        aligner: alignerOf(options),
        maskers: maskersOf(options),
        planning: unlessEmpty({
          policy: options.policy,
          device: options.device,
          maxReplicas: options.maxReplicas,
          decodeWorkers: options.decodeWorkers,
        }),
        credentials: unlessEmpty({
          s3: options.s3Secret === undefined ? undefined : { secretName: options.s3Secret },
          nats: options.natsSecret === undefined ? undefined : { secretName: options.natsSecret },
        }),
        podTemplate: unlessEmpty({ volumes: volumesOf(options) }),
        priority: options.priority,
        activeDeadlineSeconds: options.deadline,
        ttlSecondsAfterFinished: options.ttl,
        suspend: options.suspend,
      }),
    },
  };
}

function metadataOf(output: string, { name, generateName }: ExtractionOptions): SubmitManifest['metadata'] {
  if (name !== undefined && generateName !== undefined)
    throw new FacefleetError('FF5001', 'give either --name or --generate-name');
  if (name !== undefined) return { name };
  const own = nameAfter(output);
  if (generateName === undefined) return { name: own };
  return { generateName: generateName === true ? `${own}-` : generateName };
}

/** `s3://bucket/2024/Holiday Photos` → `holiday-photos`. */
function nameAfter(output: string): string {
  const last = basename(output.replace(/^[a-z0-9]+:\/+/i, '').replace(/\/+$/, ''));
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  if (name === '')
    throw new FacefleetError('FF5001', `no name follows from the output ${output}; give --name`);
  return name;
}

function s3Of(address: string, { endpoint, region }: ExtractionOptions): object | undefined {
  return address.startsWith('s3://') ? unlessEmpty({ endpoint, region }) : undefined;
}

function detectorOf({
  detector,
  minSize,
  maxSize,
  rotate,
  ...options
}: ExtractionOptions): object | undefined {
  if (maxSize?.unit === 'px' && maxSize.value > 0)
    throw new FacefleetError('FF5001', '--max-size takes percent of the shorter side, such as 80%');
  const own = given({
    anglesDeg: rotate,
    minDiagonalPx: minSize?.unit === 'px' ? minSize.value : undefined,
    minPercent: minSize?.unit === 'percent' ? minSize.value : undefined,
    maxPercent: maxSize?.value,
  });
  return choiceOf(detector, 'ultraface', own, options);
}

function alignerOf({
  aligner,
  normalize,
  reFeed,
  reAlign,
  alignFilters,
  filters,
  ...options
}: ExtractionOptions): object | undefined {
  const own = given({
    normalise: normalize,
    reFeeds: reFeed,
    reAlign,
    filters: alignFilters ? (filters ?? {}) : undefined,
  });
  return choiceOf(aligner, 'mediapipe478', own, options);
}

/** @param usual the plugin of the cluster's default, which has to be named once anything else is given */
function choiceOf(
  plugin: string | undefined,
  usual: string,
  own: object,
  options: Pick<ExtractionOptions, 'pluginOptions'>,
): object | undefined {
  const ownOptions = pluginOptions(plugin ?? usual, options);
  if (plugin === undefined && ownOptions === undefined && Object.keys(own).length === 0) return undefined;
  return given({ plugin: plugin ?? usual, options: ownOptions, ...own });
}

const USUAL_MASKERS = ['components', 'extended'];

function maskersOf({ masker, ...options }: ExtractionOptions): object[] | undefined {
  const isNone = (name: string): boolean => name.toLowerCase() === 'none';
  if (masker !== undefined && masker.length > 1 && masker.some(isNone))
    throw new FacefleetError('FF5001', '--masker none stands alone');
  const names = masker?.filter((name) => !isNone(name)) ?? USUAL_MASKERS;
  if (masker === undefined && names.every((name) => pluginOptions(name, options) === undefined))
    return undefined;
  return names.map((plugin) => given({ plugin, options: pluginOptions(plugin, options) }));
}

function pluginOptions(
  plugin: string,
  { pluginOptions: all }: Pick<ExtractionOptions, 'pluginOptions'>,
): object | undefined {
  const folded = (name: string): string => name.toLowerCase().replaceAll('-', '_');
  return Object.entries(all ?? {}).find(([name]) => folded(name) === folded(plugin))?.[1];
}

function volumesOf({ volume }: ExtractionOptions): object[] | undefined {
  return volume?.map(({ claimName, mountPath, readOnly }, i) =>
    given({ name: `volume-${i}`, claimName, mountPath, readOnly: readOnly ? true : undefined }),
  );
}

/** Without the entries that have no value. */
function given<T extends object>(entries: T): { readonly [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function unlessEmpty(entries: object): object | undefined {
  const all = given(entries);
  return Object.keys(all).length === 0 ? undefined : all;
}
