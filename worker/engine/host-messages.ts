import type { Code } from '../errors/codes.ts';
import type { StorePlace } from '../stage/operations.ts';
import type { StageEngine, StageRole } from '../stage/plan-stage.ts';
import type { Provider, SkippedProvider } from './session.ts';
import type { Tensors } from './tensor.ts';

/** What a thread is started with. */
export interface ThreadData {
  readonly roles: readonly StageRole[];
  readonly engine: StageEngine;
  /** Folder or store that crops are written to; absent when none are made. */
  readonly output?: string | StorePlace;
}

/** An error as it crosses a thread border. */
export interface ThreadError {
  readonly code: Code | null;
  readonly message: string;
}

export interface ThreadReady {
  readonly type: 'ready';
  readonly provider: Provider;
  readonly skipped: readonly SkippedProvider[];
}

export interface ThreadFailed {
  readonly type: 'failed';
  readonly error: ThreadError;
}

export interface HostCall {
  readonly id: number;
  readonly operation: string;
  readonly args: unknown;
}

export type HostReply =
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ThreadError };

/** A run sent to the thread that holds a GPU's sessions. */
export interface SessionCall {
  readonly id: number;
  readonly role: string;
  readonly inputs: Tensors;
}

export type SessionReply =
  | { readonly id: number; readonly outputs: Tensors }
  | { readonly id: number; readonly error: ThreadError };

/** Tells a thread to end as soon as its event loop comes to it. */
export const END = 'end';
