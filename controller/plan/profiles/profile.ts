/** One model in one batch size, measured in a process of its own. */
export interface ProfiledBatch {
  readonly batch: number;
  /** Memory of the process that the model takes at its peak: of the GPU, or resident memory on a CPU; MiB. */
  readonly memoryMiB: number;
  /** Items (frames for a detector, faces otherwise) per second; on a CPU of one core. */
  readonly itemsPerSecond: number;
}

/** What was measured of one model. */
export interface ProfiledModel {
  /** Catalogue name, for people. */
  readonly model: string;
  /** Of the ONNX file: the key. */
  readonly sha256: string;
  /** By batch, smallest first; at least one. */
  readonly batches: readonly ProfiledBatch[];
}

/** Measurements on one product with one execution provider of one onnxruntime: a file of models/profiles. */
export interface Profile {
  /** GPU product as its node label says (`Tesla-T4`), or the CPU as `Intel-6-167` (vendor, family, model). */
  readonly product: string;
  readonly provider: 'tensorrt' | 'cuda' | 'webgpu' | 'cpu';
  /** Version of onnxruntime. */
  readonly onnxruntime: string;
  /** Of a CPU: seconds of one core to read and decode a frame and to crop and encode its face. */
  readonly frameCoreSec?: number;
  readonly models: readonly ProfiledModel[];
}
