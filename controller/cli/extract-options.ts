import { basename, resolve } from 'node:path';
import type { AlignmentsTotals } from '../../worker/alignments/alignments-index.ts';
import type { Provider } from '../../worker/engine/session.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { findPlugin } from '../../worker/plugins/registry.ts';
import type { SourceKind } from '../../worker/source/source.ts';
import { type ExtractSpec, extractSpec } from '../api/extract-spec.ts';
import { type ConfigFile, pluginOptions } from './config-file.ts';
import type { SizeLimit } from './parse-options.ts';

/** The options of `facefleet extract` as commander parses them. */
export interface ExtractOptions {
  readonly detector: string;
  readonly aligner: string;
  readonly masker?: readonly string[];
  readonly config?: string;
  readonly minSize?: SizeLimit;
  readonly maxSize?: SizeLimit;
  readonly rotate: number[];
  readonly normalize: 'none' | 'clahe' | 'hist' | 'mean';
  readonly reFeed: number;
  readonly reAlign: boolean;
  readonly alignFilters: boolean;
  readonly recursive: boolean;
  readonly followLinks: boolean;
  readonly everyN: number;
  readonly imageIsAligned: boolean;
  readonly fromAlignments?: string;
  readonly maxPixels: number;
  readonly maxBytes: number;
  readonly decodeTimeout: number;
  readonly size: number;
  readonly skipFaces: boolean;
  readonly debugLandmarks: boolean;
  readonly skipExisting: boolean;
  readonly skipExistingFaces: boolean;
  readonly overwrite: boolean;
  readonly contactSheet?: string;
  readonly maxFailedInARow: number;
  /** Percent. */
  readonly maxFailedShare: number;
  readonly providers?: readonly Provider[];
  readonly excludeGpus?: readonly number[];
  readonly threads?: number;
  readonly output: 'text' | 'json';
  readonly logLevel: string;
  readonly quiet: boolean;
}

const DEFAULT_MASKERS = ['components', 'extended'];

/**
 * The extraction that the options describe, with every plugin's options checked and filled in.
 * @param given the alignments that faces are taken from
 * @throws FacefleetError FF5001 for options that contradict each other, FF5002, FF5003
 */
export async function toExtractSpec(
  input: string,
  sourceKind: SourceKind,
  options: ExtractOptions,
  config: ConfigFile,
  given: AlignmentsTotals | null,
): Promise<ExtractSpec> {
  checkConflicts(options);
  const maskers = maskersOf(options.masker ?? DEFAULT_MASKERS);
  const { minSize, maxSize } = options;
  const spec: ExtractSpec = {
    source: { name: basename(resolve(input)), kind: sourceKind, imageIsAligned: options.imageIsAligned },
    limits: { maxPixels: options.maxPixels, maxBytes: options.maxBytes },
    ...(given === null ? {} : { alignments: { sha256: given.sha256 } }),
    detector:
      options.imageIsAligned || given !== null
        ? null
        : {
            ...(await choice('detect', options.detector, config)),
            anglesDeg: options.rotate,
            minDiagonalPx: minSize?.unit === 'px' ? minSize.value : 0,
            minPercent: minSize?.unit === 'percent' ? minSize.value : 0,
            maxPercent: maxSize?.value ?? 0,
          },
    aligner:
      given?.unaligned === 0
        ? null
        : {
            ...(await choice('align', options.aligner, config)),
            normalise: options.normalize,
            reFeeds: options.reFeed,
            reAlign: options.reAlign,
            filters: options.alignFilters ? config.filters : null,
          },
    maskers: await Promise.all(maskers.map((name) => choice('mask', name, config))),
    output: { sizePx: options.size, faces: !options.skipFaces, debugLandmarks: options.debugLandmarks },
  };
  const parsed = extractSpec.safeParse(spec);
  if (!parsed.success)
    throw new FacefleetError(
      'FF5001',
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  checkTwice(spec.maskers);
  return parsed.data;
}

/** @throws FacefleetError FF5001 when a masker stands among them twice */
export function checkTwice(maskers: ExtractSpec['maskers']): void {
  const twice = maskers.find(({ plugin }, i) => maskers.findIndex((other) => other.plugin === plugin) !== i);
  if (twice) throw new FacefleetError('FF5001', `--masker names ${twice.plugin} twice`);
}

/**
 * The maskers that `--masker` names; none for `none`.
 * @throws FacefleetError FF5001 when others stand beside `none`
 */
export function maskersOf(names: readonly string[]): readonly string[] {
  const isNone = (name: string): boolean => name.toLowerCase() === 'none';
  if (names.length > 1 && names.some(isNone))
    throw new FacefleetError(
      'FF5001',
      `--masker none stands alone, not with ${names.filter((name) => !isNone(name)).join(', ') || 'itself'}`,
    );
  return names.filter((name) => !isNone(name));
}

async function choice(role: 'detect' | 'align' | 'mask', name: string, config: ConfigFile) {
  const { name: plugin } = await findPlugin(role, name);
  return { plugin, options: await pluginOptions(role, plugin, config[role][plugin]) };
}

/** @throws FacefleetError FF5001 for options that contradict each other */
export function checkConflicts({
  fromAlignments,
  minSize,
  maxSize,
  overwrite,
  skipExisting,
  skipExistingFaces,
  imageIsAligned,
  skipFaces,
  contactSheet,
  rotate,
}: ExtractOptions): void {
  const fault = (text: string): never => {
    throw new FacefleetError('FF5001', text);
  };
  if (maxSize?.unit === 'px' && maxSize.value > 0)
    fault('--max-size takes percent of the shorter side, such as 80%');
  if (overwrite && (skipExisting || skipExistingFaces)) fault('--overwrite contradicts --skip-existing');
  if (skipFaces && contactSheet !== undefined)
    fault('--contact-sheet shows face images, which --skip-faces does not write');
  if (skipExisting && skipExistingFaces) fault('give either --skip-existing or --skip-existing-faces');
  if (fromAlignments !== undefined && imageIsAligned)
    fault('give either --from-alignments or --image-is-aligned');
  if (fromAlignments !== undefined && (minSize || maxSize || rotate.length > 1))
    fault('--from-alignments runs no detector: --min-size, --max-size and --rotate have no effect');
  if (imageIsAligned && rotate.length > 1)
    fault('--image-is-aligned runs no detector: --rotate has no effect');
}
