import { StatusReader } from '../../worker/conductor/status/status-reader.ts';
import { BoundedTasks } from '../../worker/conductor/verify/bounded-tasks.ts';
import type { OutputPlace } from '../../worker/conductor/verify/output-place.ts';
import { isUnchanged, type Snapshot, takeSnapshot } from '../../worker/conductor/verify/output-state.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { decodePortable } from '../../worker/formats/portable/decode-portable.ts';
import { CurrentResults } from './current-results.ts';
import { EvenSample } from './even-sample.ts';
import { extractionFacts } from './extraction-facts.ts';
import { drawFace } from './face-picture.ts';
import { landmarkPaths, maskPath, shapeMatrix } from './face-shapes.ts';
import { FailureGroups } from './failure-groups.ts';
import { FrameSeries } from './frame-series.ts';
import { Histogram } from './histogram.ts';
import type { FaceFacts, Report, ReportFace } from './report.ts';
import { MAX_BARS, SCALES } from './scales.ts';

export interface GatherOptions {
  /** Faces on the contact sheet, at most. */
  readonly faces: number;
  readonly onProgress?: (progress: GatherProgress) => void;
}

/** How far a report is. */
export interface GatherProgress {
  readonly results: number;
  /** Faces drawn, of those that will be on the sheet. */
  readonly drawn: number;
  readonly toDraw: number;
}

/** What `gatherReport` finds in the output; the rest of a report is about how it is told. */
export type Gathered = Omit<Report, 'output' | 'stateText' | 'writtenAt' | 'facefleet'> &
  Pick<Snapshot, 'holder'>;

const TRIES = 3;
const DRAWN_AT_ONCE = 8;
/** Masks of a face that are drawn. */
const MAX_MASKS = 8;
/** Sides of pictures by how many faces there are at most: with all of them a report stays below some 30 MB. */
const PICTURE_SIDES = [
  { faces: 500, px: 256 },
  { faces: 1500, px: 160 },
  { faces: Number.POSITIVE_INFINITY, px: 112 },
] as const;

/** A face chosen for the sheet: its facts, and a line of its frame with it alone, which says more. */
interface Chosen {
  readonly facts: FaceFacts;
  readonly frameIndex: number;
  readonly frameKey: string;
  readonly face: number;
  readonly line: string;
}

/**
 * Reads all results of an output and draws faces that are spread evenly over them. Nothing is changed; a run may be at work there. Memory: the chosen
 * faces, and, while an extraction is not complete, some 30 bytes a frame.
 * @throws FacefleetError FF4013 when there is no extraction, FF4002 for one of another version, FF4005, FF4006, FF4010, FF4011 when it
 * cannot be read
 */
export async function gatherReport(place: OutputPlace, options: GatherOptions): Promise<Gathered> {
  for (let tries = 1; ; tries++) {
    const snapshot = await takeSnapshot(place);
    const gathered = await gatherSnapshot(place, snapshot, options).catch(async (error: unknown) => {
      // what was being read may have gone with a change
      if (tries === TRIES || (await isUnchanged(place.store, snapshot))) throw error;
      return null;
    });
    const isStill = gathered !== null && (await isUnchanged(place.store, snapshot));
    if (gathered !== null && (isStill || tries === TRIES)) return { ...gathered, isMoving: !isStill };
  }
}

async function gatherSnapshot(
  place: OutputPlace,
  snapshot: Snapshot,
  { faces: wanted, onProgress = () => {} }: GatherOptions,
): Promise<Gathered> {
  const { store } = place;
  const { extraction, state, holder } = snapshot;
  const histograms = {
    sizePx: new Histogram(SCALES.sizePx),
    yaw: new Histogram(SCALES.yaw),
    pitch: new Histogram(SCALES.pitch),
    roll: new Histogram(SCALES.roll),
    score: new Histogram(SCALES.score),
  };
  const series = new FrameSeries();
  const failures = new FailureGroups();
  const sample = new EvenSample<Chosen>(wanted);
  const results = new CurrentResults(store, snapshot);
  let frames = 0;
  let failed = 0;
  for await (const result of results.read()) {
    const { index: frameIndex, key: frameKey, failure } = result;
    series.add(frameIndex, failure === null ? result.faces.length : null);
    if (failure !== null) {
      failed += 1;
      failures.add(failure.code, { key: frameKey, ...failure });
    } else {
      frames += 1;
      for (const [face, { facts, line }] of result.faces.entries()) {
        for (const name of FACTS) histograms[name].add(facts[name]);
        sample.offer(() => ({ facts, frameIndex, frameKey, face, line: line() }));
      }
    }
    onProgress({ results: frames + failed, drawn: 0, toDraw: 0 });
  }
  const chosen = sample.chosen().sort((a, b) => a.frameIndex - b.frameIndex || a.face - b.face);
  const isAligned = (extraction?.spec.source as { imageIsAligned?: unknown } | undefined)?.imageIsAligned;
  const faces = await drawnFaces(place, chosen, isAligned === true, (drawn) =>
    onProgress({ results: frames + failed, drawn, toDraw: chosen.length }),
  );
  const sharpness = new Histogram(SCALES.sharpness);
  for (const face of faces) sharpness.add(face.sharpness);
  const status = state === 'running' ? await new StatusReader(place).read() : null;
  return {
    ...extractionFacts(extraction),
    state,
    holder,
    counts: { frames, failed, faces: sample.offered },
    damaged: results.damaged,
    isMoving: false,
    framesPerSecondNow: status?.framesPerSecond ?? null,
    spans: series.spans(),
    distributions: {
      sizePx: histograms.sizePx.distribution(MAX_BARS),
      yaw: histograms.yaw.distribution(MAX_BARS),
      pitch: histograms.pitch.distribution(MAX_BARS),
      roll: histograms.roll.distribution(MAX_BARS),
      score: histograms.score.distribution(MAX_BARS),
      sharpness: sharpness.distribution(MAX_BARS),
    },
    faces,
    failures: failures.list(),
  };
}

const FACTS = ['sizePx', 'yaw', 'pitch', 'roll', 'score'] as const;

async function drawnFaces(
  { store }: OutputPlace,
  chosen: readonly Chosen[],
  isAligned: boolean,
  onDrawn: (count: number) => void,
): Promise<ReportFace[]> {
  const sidePx = PICTURE_SIDES.find(({ faces }) => chosen.length <= faces)!.px;
  const faces: ReportFace[] = [];
  const tasks = new BoundedTasks(DRAWN_AT_ONCE);
  let drawn = 0;
  for (const [i, one] of chosen.entries()) {
    await tasks.add(async () => {
      const { facts, frameIndex, frameKey, face } = one;
      const { crop, thumbnail, ...shapes } = detailsOf(one, isAligned);
      const picture = await drawFace(store, crop, thumbnail, sidePx);
      faces[i] = { ...facts, frameIndex, frameKey, face, crop, ...picture, ...shapes };
      drawn += 1;
      onDrawn(drawn);
    });
  }
  await tasks.end();
  return faces;
}

/** What the line says of the face beyond its facts; nothing where it is no record that can be understood. */
function detailsOf({ line, frameIndex }: Chosen, isAligned: boolean) {
  const nothing = { crop: null, thumbnail: null, landmarks: null, masks: {} };
  try {
    const frame = decodePortable(line, frameIndex, 'line');
    const { landmarks, masks, crop, thumbnail } = frame.faces[0]!;
    const matrix = shapeMatrix(landmarks, isAligned ? frame.size : null);
    if (matrix === null) return { ...nothing, crop, thumbnail };
    const outlines = Object.entries(masks)
      .slice(0, MAX_MASKS)
      .map(([name, mask]) => [name, maskPath(mask, matrix)] as const);
    return {
      crop,
      thumbnail,
      landmarks: landmarks === null ? null : landmarkPaths(landmarks, matrix),
      masks: Object.fromEntries(
        outlines.filter((outline): outline is [string, string] => outline[1] !== null),
      ),
    };
  } catch (error) {
    if (error instanceof FacefleetError) return nothing;
    throw error;
  }
}
