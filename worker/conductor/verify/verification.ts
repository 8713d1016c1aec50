import type { Counts } from '../../formats/extraction-file.ts';
import type { Store } from '../../store/store.ts';
import type { CropCheck } from './crop-check.ts';
import type { Findings } from './findings.ts';
import type { LineHead } from './line-head.ts';
import type { Snapshot } from './output-state.ts';

/** What all checks of one output share. */
export interface Examination {
  readonly store: Store;
  readonly snapshot: Snapshot;
  readonly findings: Findings;
  readonly crops: CropCheck;
  /** Told of every result that was read. */
  onResult(): void;
}

/** What came of going through all results. */
export interface ResultsExamined {
  readonly counts: Counts;
  /** Results that later ones of the same frame have replaced. */
  readonly superseded: number;
  /** Whether frames seem to have more than one result: `again` tells. */
  readonly isDoubtful: boolean;
  /** Goes through the results that count once more; reports frames with more than one. */
  again(): AsyncIterable<LineHead>;
}
