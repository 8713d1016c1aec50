import type { AlignmentsIndex } from '../alignments/alignments-index.ts';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import { maskFault } from '../formats/mask-fault.ts';
import { faceBox } from '../formats/portable/face-box.ts';
import { landmarks68, type PortableFace, type PortableFrame } from '../formats/portable/portable-frame.ts';
import { DECIMALS, type MaskRecord } from '../formats/records.ts';
import { roundDecimals } from '../formats/round-decimals.ts';
import type { SourceFrame } from '../source/source.ts';
import type { StoredMask } from '../stage/faces.ts';
import type { FaceInWork } from '../stage/frame-in-work.ts';
import type { StageFrame } from '../stage/given-faces.ts';
import { alignFace } from '../vision/alignment.ts';
import type { Landmarks } from '../vision/types.ts';

/** How the frames of a source and the entries of its alignments met. */
export interface GivenCounts {
  /** Frames that have an entry. */
  readonly matched: number;
  /** Frames without one: they are recorded without faces. */
  readonly missing: number;
  /** Entries that no frame had. */
  readonly unused: number;
}

/** Gives frames of a source their faces from alignments. */
export class GivenFaceFeed {
  readonly #alignments: AlignmentsIndex;
  #matched = 0;
  #missing = 0;

  constructor(alignments: AlignmentsIndex) {
    this.#alignments = alignments;
  }

  /** Of the frames so far. */
  counts(): GivenCounts {
    return { matched: this.#matched, missing: this.#missing, unused: this.#alignments.unused };
  }

  /** The frames with their faces; one without an entry has none. What is wrong with an entry takes its frame's place. */
  async *frames(frames: AsyncIterable<SourceFrame>): AsyncGenerator<StageFrame> {
    for await (const frame of frames) yield frame.input.kind === 'failure' ? frame : await this.#given(frame);
  }

  async #given(frame: SourceFrame): Promise<StageFrame> {
    try {
      const place = this.#alignments.find(frame.key);
      if (place === null) {
        this.#missing += 1;
        return frame;
      }
      this.#matched += 1;
      const found = await this.#alignments.read(place);
      const { size, videoMeta } = found;
      return { ...frame, given: { faces: givenFaces(found), size, videoMeta } };
    } catch (error) {
      if (!(error instanceof FacefleetError) || error.scope !== 'frame') throw error;
      return { ...frame, input: { kind: 'failure', error } };
    }
  }
}

/** The faces of an entry: those with 68 or 98 landmarks are aligned already, of others only the box counts. */
function givenFaces({ key, faces }: PortableFrame): FaceInWork[] {
  return faces.map((face, i) => {
    const landmarks = landmarks68(face);
    return {
      face: { box: faceBox(face), score: face.score ?? 1, rollDeg: 0 },
      alignment: landmarks && alignmentOf(landmarks, `${key}: face ${i}`),
      rejection: null,
      masks: new Map(landmarks ? masksOf(face, `${key}: face ${i}`) : []),
      crop: null,
      thumbnail: null,
      given: { identities: face.identities, thumbnail: face.thumbnail },
    };
  });
}

function alignmentOf(points: Landmarks, where: string): FaceInWork['alignment'] {
  try {
    const landmarks = points.map((value) => roundDecimals(value, DECIMALS.landmarks, 'landmarks'));
    return { landmarks, pose: alignFace(landmarks).pose, presence: null };
  } catch (error) {
    throw new FacefleetError('FF1203', `${where}: ${errorText(error)}`, { cause: error });
  }
}

function masksOf({ masks }: PortableFace, where: string): [string, StoredMask][] {
  return Object.entries(masks).map(([name, mask]) => {
    const fault = maskFault(mask);
    if (fault !== null) throw new FacefleetError('FF1203', `${where}: mask ${name}: ${fault}`);
    return [name, storedMask(mask)];
  });
}

function storedMask({ size, centering, matrix, interpolator, data }: MaskRecord): StoredMask {
  return { sizePx: size, centering, matrix, interpolator, zlib: data };
}
