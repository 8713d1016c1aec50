import type { OutputState } from '../../worker/conductor/verify/output-state.ts';
import type { Counts } from '../../worker/formats/extraction-file.ts';
import type { FrameFailure } from '../../worker/formats/records.ts';
import type { FrameSpan } from './frame-series.ts';
import type { Distribution } from './histogram.ts';
import type { PlannedPass } from './planned-passes.ts';

/** What is measured on every face. */
export interface FaceFacts {
  /** The longer side of the detector's box, pixels of the frame. */
  readonly sizePx: number | null;
  readonly yaw: number | null;
  readonly pitch: number | null;
  readonly roll: number | null;
  /** The detector's confidence. */
  readonly score: number | null;
}

/** A face on the contact sheet. */
export interface ReportFace extends FaceFacts {
  readonly frameKey: string;
  readonly frameIndex: number;
  /** Its place among the faces of its frame, from 0 on. */
  readonly face: number;
  /** Path of its crop below the output; null when none was written. */
  readonly crop: string | null;
  /** Null when there is no picture of it, or it cannot be read. */
  readonly picture: Picture | null;
  /** See `sharpness`; null without a crop. */
  readonly sharpness: number | null;
  /** SVG path data in a square of `SHAPE_UNITS`; null when they are not known. */
  readonly landmarks: { readonly lines: string; readonly dots: string } | null;
  /** SVG path data of the outlines, by name of the masker. */
  readonly masks: Readonly<Record<string, string>>;
}

/** A JPEG. */
export interface Picture {
  readonly jpeg: Uint8Array;
  /** It is the small picture of the record, for the crop is not there. */
  readonly isThumbnail: boolean;
}

/** Frames that failed with one code. */
export interface FailureGroup {
  readonly code: string;
  readonly count: number;
  /** The first of them. */
  readonly examples: readonly Pick<FrameFailure, 'key' | 'message' | 'plugin'>[];
}

export interface Distributions {
  readonly sizePx: Distribution;
  readonly yaw: Distribution;
  readonly pitch: Distribution;
  readonly roll: Distribution;
  readonly score: Distribution;
  /** Of the faces on the contact sheet alone. */
  readonly sharpness: Distribution;
}

/** A network that an extraction used. */
export interface ReportModel {
  readonly name: string;
  readonly sha256: string;
  /** What the catalogue of this version says of it; null when it does not know it, or knows another file by that name. */
  readonly about: {
    readonly title: string;
    readonly packageLicence: string;
    readonly weightsLicence: string;
    readonly researchOnly: boolean;
  } | null;
}

/** What an output tells of its extraction. */
export interface Report {
  /** As the user named it. */
  readonly output: string;
  /** Name of the source; null where extraction.json does not say. */
  readonly source: string | null;
  readonly state: OutputState;
  /** The state for people. */
  readonly stateText: string;
  readonly writtenAt: string;
  readonly facefleet: string;
  readonly counts: Counts;
  /** Frames of the source; null when that is not known. */
  readonly total: number | null;
  /** Results and parts that could not be read; they are in no number of this report. */
  readonly damaged: number;
  /** The output was changed again and again while it was read. */
  readonly isMoving: boolean;
  /** Crops were not asked for. */
  readonly cropsSkipped: boolean;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly runs: number | null;
  /** While it runs: over the last five minutes. */
  readonly framesPerSecondNow: number | null;
  readonly spans: readonly FrameSpan[];
  readonly distributions: Distributions;
  readonly faces: readonly ReportFace[];
  readonly failures: readonly FailureGroup[];
  readonly passes: readonly PlannedPass[] | null;
  readonly planReasons: readonly { readonly code: string; readonly message: string }[];
  readonly models: readonly ReportModel[];
  /** Names and values, as extraction.json has them. */
  readonly versions: readonly (readonly [name: string, value: string])[];
  readonly options: readonly (readonly [name: string, value: string])[];
  readonly digest: string | null;
}
