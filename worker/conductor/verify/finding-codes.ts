/** `error`: the output is not what an extraction leaves. `warning`: it is, but there is something to know. */
export type Severity = 'error' | 'warning';

interface FindingEntry {
  readonly severity: Severity;
  /** What it means, as a sentence without its full stop. */
  readonly meaning: string;
  readonly todo: string;
}

const REDO = 'Run the same command again: the frame is processed again.';
const RESTORE =
  'Put back a copy of the file; or delete it and run the same command again: its frames are processed again.';

/** Everything that `verify` finds. Codes are stable: never renamed, never used for something else. */
export const FINDINGS = {
  ExtractionMissing: {
    severity: 'error',
    meaning: 'There are results, but no extraction.json says of what',
    todo: 'Run the same command again with --skip-existing.',
  },
  ExtractionDamaged: {
    severity: 'error',
    meaning: 'extraction.json cannot be read',
    todo: 'Delete it, and run the same command again with --skip-existing.',
  },
  SpecDigestDiffers: {
    severity: 'error',
    meaning: 'The options in extraction.json are not those that it was written with',
    todo: 'Put back a copy of extraction.json, or delete it and run the same command again with --skip-existing.',
  },
  CountsDiffer: {
    severity: 'error',
    meaning: 'extraction.json counts frames, faces or failures that are not there, or not all that are',
    todo: 'Where it is the only finding, run the same command again: it counts anew.',
  },
  FileMissing: {
    severity: 'error',
    meaning: 'A file of a complete output is missing',
    todo: 'Put back a copy; or run the same command again: what it held is processed again.',
  },
  DigestDiffers: {
    severity: 'error',
    meaning: 'alignments.jsonl was changed since it was written',
    todo: RESTORE,
  },
  RecordDamaged: {
    severity: 'error',
    meaning: 'A line is none that an extraction writes',
    todo: RESTORE,
  },
  FrameMissing: {
    severity: 'error',
    meaning: 'A frame has neither a record nor a failure',
    todo: RESTORE,
  },
  FrameTwice: {
    severity: 'error',
    meaning: 'A frame has more than one result',
    todo: RESTORE,
  },
  FrameUnknown: {
    severity: 'error',
    meaning: 'A result has an index beyond the frames of the source',
    todo: RESTORE,
  },
  OrderDiffers: {
    severity: 'error',
    meaning: 'Lines are not in source order',
    todo: RESTORE,
  },
  PartDamaged: {
    severity: 'error',
    meaning: 'A part is not exactly what was written',
    todo: 'Delete it, and run the same command again: its frames are processed again.',
  },
  PartMissing: {
    severity: 'error',
    meaning: 'Parts before the last are missing',
    todo: 'Run the same command again: their frames are processed again.',
  },
  CropMissing: {
    severity: 'error',
    meaning: 'A crop that a record names is missing',
    todo: REDO,
  },
  CropDamaged: {
    severity: 'error',
    meaning: 'A crop is empty, no PNG, cut short, or cannot be decoded',
    todo: 'Delete it, and run the same command again: the frame is processed again.',
  },
  CropSizeDiffers: {
    severity: 'error',
    meaning: 'A crop has other sides than the extraction gives to crops',
    todo: 'Delete it, and run the same command again: the frame is processed again.',
  },
  CropHeaderDiffers: {
    severity: 'error',
    meaning: 'The faceswap header in a crop is missing, or is not of the face that names the crop (--deep)',
    todo: 'Delete the crop, and run the same command again: the frame is processed again.',
  },
  CropNamedTwice: {
    severity: 'error',
    meaning: 'More than one face names the same crop',
    todo: RESTORE,
  },
  CropUnnamed: {
    severity: 'warning',
    meaning: 'No record names a file that is called like a crop',
    todo: 'Delete it unless it is yours: a killed run may have left it.',
  },
  FsaMissing: {
    severity: 'warning',
    meaning: 'alignments.fsa is not here',
    todo: 'If you did not move it yourself, run the same command again: it is written anew.',
  },
  FsaDamaged: {
    severity: 'error',
    meaning: 'alignments.fsa cannot be read',
    todo: 'Run the same command again: it is written anew.',
  },
  FsaDiffers: {
    severity: 'error',
    meaning: 'alignments.fsa has other frames or faces than alignments.jsonl',
    todo: 'If you did not edit it in faceswap, run the same command again: it is written anew.',
  },
  FsaEdited: {
    severity: 'warning',
    meaning:
      'alignments.fsa has as many frames and faces as alignments.jsonl, but says something else of them',
    todo: 'If you did not edit it in faceswap, run the same command again: it is written anew.',
  },
  VersionsDamaged: {
    severity: 'error',
    meaning: 'A line of versions.txt is none that an extraction writes',
    todo: 'Delete versions.txt: the records then count whatever became of the files that they are of.',
  },
  VersionsDiffer: {
    severity: 'error',
    meaning: 'versions.txt is of other frames than alignments.jsonl',
    todo: 'Delete versions.txt: the records then count whatever became of the files that they are of.',
  },
  Leftover: {
    severity: 'warning',
    meaning: 'Something is here that is only needed while a run goes on',
    todo: 'Run the same command again: it removes it. Or delete it.',
  },
  ForeignFile: {
    severity: 'warning',
    meaning: 'A file is here that no extraction wrote',
    todo: 'Nothing, if it is yours: runs leave it alone.',
  },
  OutputChanging: {
    severity: 'warning',
    meaning: 'The output changed again and again while it was looked at',
    todo: 'Verify it again when the run has ended.',
  },
} as const satisfies Record<string, FindingEntry>;

/** A stable name of what was found. */
export type FindingCode = keyof typeof FINDINGS;
