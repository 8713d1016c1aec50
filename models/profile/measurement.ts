/** What a fresh process is told to measure. */
export interface MeasureRequest {
  readonly modelPath: string;
  readonly provider: 'tensorrt' | 'cuda' | 'webgpu' | 'cpu';
  /** Device index for cuda and tensorrt. */
  readonly deviceId: number;
  /** The model's input. */
  readonly inputName: string;
  /** Dimensions of one item, without the batch. */
  readonly itemDims: readonly number[];
  readonly batch: number;
  /** How long the model runs after it is warm. */
  readonly durationMs: number;
}

/** What one process saw with one batch size. */
export interface Measurement {
  readonly batch: number;
  /** Resident memory that loading and running the model added to the process at its peak, MiB. */
  readonly residentMiB: number;
  /** Items per second of the fastest quarter of the runs; disturbances by other processes fall into the rest. */
  readonly itemsPerSecond: number;
  readonly runs: number;
}

/** The child's answer: it keeps its memory until the parent closes the channel. */
export type MeasureReply =
  | { readonly type: 'measured'; readonly measurement: Measurement }
  | { readonly type: 'failed'; readonly code: string | null; readonly message: string };
