import type { Tensors } from './tensor.ts';

/** Where a model runs: names of onnxruntime's execution providers. */
export const PROVIDERS = ['tensorrt', 'cuda', 'webgpu', 'cpu'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** One loaded model that can be run. */
export interface Session {
  /**
   * Runs the model once.
   * @throws FacefleetError FF3004 when memory runs out; other engine errors come as they are
   */
  run(inputs: Tensors): Promise<Tensors>;
  /** Frees the model's memory. GPU memory is only certainly free when the process has ended. */
  release(): Promise<void>;
}

/** A session, the provider that won, and why earlier ones in the list did not. */
export interface OpenedSession {
  readonly session: Session;
  readonly provider: Provider;
  readonly skipped: readonly SkippedProvider[];
}

/** A provider that was asked for and could not be used. */
export interface SkippedProvider {
  readonly provider: Provider;
  readonly reason: string;
}
