import type { FaultProxy } from '../servers/fault-proxy.ts';
import type { NatsServer } from '../servers/nats-server.ts';
import type { TcpGate } from '../servers/tcp-gate.ts';
import type { ClusterRun } from './cluster-run.ts';
import type { Random } from './random.ts';
import type { InputKind } from './suite-input.ts';

/** What a scenario has at hand. */
export interface Disturbed {
  /** The first one, which has been started. A scenario that ends it starts the next by `again`. */
  readonly cluster: ClusterRun;
  readonly nats: NatsServer;
  /** Between all processes and the server. */
  readonly gate: TcpGate;
  /** In front of the S3 server; null where source and output are folders. */
  readonly s3: FaultProxy | null;
  readonly random: Random;
  /** Keeps what was done, for the report. */
  note(text: string): void;
  /** The same command once more. */
  again(): ClusterRun;
}

/** Something that goes wrong with a cluster run. */
export interface Scenario {
  readonly name: string;
  /** `s3`: only where source and output are in a bucket. Default `any`. */
  readonly needs?: 's3';
  /** What it runs on. Default photos. */
  readonly input?: InputKind;
  /** Frames that end every process that works on them: how many. Default 0. */
  readonly deadlyFrames?: number;
  /** Does the harm. Settled when nothing more is done; the run may still be going on. */
  disturb(disturbed: Disturbed): Promise<void>;
}
