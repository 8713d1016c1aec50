import type { Session } from '../../engine/session.ts';
import { DECIMALS } from '../../formats/records.ts';
import { roundDecimals } from '../../formats/round-decimals.ts';
import { regionAround, rollBetween } from '../../plugins/align/region-crop.ts';
import type { AlignerPlugin, Region } from '../../plugins/plugin.ts';
import { type FilterLimits, filterFace } from '../../vision/aligner-filters.ts';
import { alignFace } from '../../vision/alignment.ts';
import { invertMatrix, transformPoints } from '../../vision/matrix.ts';
import { type Normalisation, normalise } from '../../vision/normalise.ts';
import type { Landmarks, RgbImage } from '../../vision/types.ts';
import { warpAffine } from '../../vision/warp.ts';
import type { Alignment, Face, FaceRejection } from '../faces.ts';
import { scratch } from '../scratch.ts';
import { jitteredRegions } from './jittered-regions.ts';
import { runModel } from './run-model.ts';

export interface AlignOptions {
  /** How the model's crop is normalised before it is fed. */
  readonly normalise: Normalisation;
  /** Further runs with the box moved a little; the results are averaged. */
  readonly reFeeds: number;
  /** One more run on the face turned upright and centred by the first result. */
  readonly reAlign: boolean;
  /** Null: keep every face. */
  readonly filters: FilterLimits | null;
  /** Items in one run of the model. */
  readonly batch: number;
}

/** A face to be aligned, with the pixels it is in. */
export interface FaceInFrame {
  readonly image: RgbImage;
  readonly face: Face;
}

/** The landmarks of each face, or why it is dropped. */
export async function align(
  session: Session,
  plugin: AlignerPlugin,
  pluginOptions: unknown,
  faces: readonly FaceInFrame[],
  options: AlignOptions,
): Promise<(Alignment | FaceRejection)[]> {
  const run = (regions: Region[], images: RgbImage[]) =>
    runPasses(session, plugin, pluginOptions, regions, images, options);
  const images = faces.map((item) => item.image);
  let regions = faces.map((item) => faceRegion(item.face));
  let results = await run(regions, images);
  for (let feed = 0; feed < options.reFeeds; feed++) {
    const moved = regions.map((region) => jitteredRegions(region, options.reFeeds)[feed]!);
    results = (await run(moved, images)).map((result, i) => addPoints(results[i]!, result));
  }
  if (options.reFeeds > 0) results = results.map((result) => scalePoints(result, 1 / (options.reFeeds + 1)));
  if (options.reAlign) {
    regions = results.map(({ points }) => uprightRegion(plugin.toLandmarks68(points, pluginOptions)));
    results = await run(regions, images);
  }
  return results.map(({ points, presence }, i) => {
    const { face, image } = faces[i]!;
    if (!plugin.accepts(presence, face.score, pluginOptions)) return 'presence';
    const landmarks = asRecorded(plugin.toLandmarks68(points, pluginOptions));
    const alignment = alignFace(landmarks);
    if (options.filters !== null) {
      const reason = filterFace(alignment, image, options.filters);
      if (reason !== null) return reason;
    }
    return { landmarks, pose: alignment.pose, presence };
  });
}

/** Landmarks as records keep them: crops and masks are made from these, so that they can be made again from the records. */
function asRecorded(landmarks: Landmarks): Landmarks {
  return landmarks.map((value) => roundDecimals(value, DECIMALS.landmarks, 'landmarks'));
}

interface FramePoints {
  readonly points: Landmarks;
  readonly presence: number | null;
}

async function runPasses(
  session: Session,
  plugin: AlignerPlugin,
  pluginOptions: unknown,
  firstRegions: readonly Region[],
  images: readonly RgbImage[],
  options: AlignOptions,
): Promise<FramePoints[]> {
  let regions = firstRegions;
  let results: FramePoints[] = [];
  const { width, height } = plugin.input;
  for (let pass = 0; pass < plugin.passes; pass++) {
    const matrices = regions.map((region) => plugin.crop(region));
    const crops = matrices.map((matrix, i) =>
      normalise(
        warpAffine(images[i]!, matrix, {
          width,
          height,
          interpolation: 'linear',
          border: 'replicate',
          out: scratch.takeBytes(width * height * 3),
        }),
        options.normalise,
      ),
    );
    const decoded = await runModel(session, plugin.input, crops, options.batch, (outputs, item) =>
      plugin.decode(outputs, item, pluginOptions),
    );
    for (const { data } of crops) scratch.giveBytes(data);
    results = decoded.map(({ points, presence }, i) => ({
      points: transformPoints(invertMatrix(matrices[i]!), points),
      presence,
    }));
    if (plugin.nextRegion) regions = results.map(({ points }) => plugin.nextRegion!(points));
  }
  return results;
}

function faceRegion({ box, rollDeg }: Face): Region {
  return { cx: box.x + box.w / 2, cy: box.y + box.h / 2, w: box.w, h: box.h, rollDeg };
}

/** Share of the landmarks' height that a detector's box has above the brows. */
const FOREHEAD = 0.25;

/** A box like a detector's around known landmarks, turned with the eyes. */
function uprightRegion(landmarks: Landmarks): Region {
  const around = regionAround(landmarks, rollBetween(landmarks, 36, 45));
  const angle = (around.rollDeg * Math.PI) / 180;
  const up = (around.h * FOREHEAD) / 2;
  return {
    ...around,
    cx: around.cx + Math.sin(angle) * up,
    cy: around.cy - Math.cos(angle) * up,
    h: around.h * (1 + FOREHEAD),
  };
}

function addPoints(a: FramePoints, b: FramePoints): FramePoints {
  return { points: a.points.map((value, i) => value + b.points[i]!), presence: a.presence };
}

function scalePoints({ points, presence }: FramePoints, factor: number): FramePoints {
  return { points: points.map((value) => value * factor), presence };
}
