import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { WorkerStatusSchema } from '../../../proto/gen/facefleet/v1/worker_status_pb.ts';
import type { Bus } from '../../bus/bus.ts';
import { STATUS_EVERY_MS, STATUS_TOPIC } from '../../cluster/topics.ts';
import { asFacefleetError } from '../../errors/facefleet-error.ts';

const RATE_OVER_MS = 10_000;
const MIB = 1024 * 1024;

type State = NonNullable<MessageInitShape<typeof WorkerStatusSchema>['state']>;

/** Says every second how a worker is. */
export class StatusVoice {
  readonly #bus: Bus;
  readonly #about: { readonly extraction: string; readonly worker: string; readonly pass: number };
  readonly #timer: NodeJS.Timeout;
  #state: State = { case: 'starting', value: {} };
  #inWork: () => number = () => 0;
  #frames = 0;
  #failed = 0;
  /** When the last frames left, performance.now(). */
  #leftMs: number[] = [];

  /** @param worker its name @param pass 0 of a worker that serves all */
  constructor(bus: Bus, extraction: string, worker: string, pass: number) {
    this.#bus = bus;
    this.#about = { extraction, worker, pass };
    this.#timer = setInterval(() => this.#say(), STATUS_EVERY_MS).unref();
    this.#say();
  }

  /** Frames are taken. @param provider '' of a worker that runs no models */
  ready(provider: string, inWork: () => number): void {
    this.#inWork = inWork;
    this.#become({ case: 'ready', value: { provider } });
  }

  /** No more frames are taken. */
  draining(): void {
    this.#become({ case: 'draining', value: {} });
  }

  /** The worker is about to end because of an error. */
  broken(thrown: unknown): void {
    const { code, detail } = asFacefleetError(thrown, 'FF3005', '');
    this.#become({ case: 'broken', value: { code, message: detail } });
  }

  /** A frame has left the worker. */
  note(outcome: 'found' | 'failed'): void {
    this.#frames += 1;
    if (outcome === 'failed') this.#failed += 1;
    this.#leftMs.push(performance.now());
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #become(state: State): void {
    this.#state = state;
    this.#say();
  }

  #say(): void {
    const sinceMs = performance.now() - RATE_OVER_MS;
    this.#leftMs = this.#leftMs.filter((ms) => ms >= sinceMs);
    const status = create(WorkerStatusSchema, {
      ...this.#about,
      state: this.#state,
      frames: this.#frames,
      failed: this.#failed,
      framesInWork: this.#inWork(),
      rate: (1000 * this.#leftMs.length) / RATE_OVER_MS,
      rssMib: process.memoryUsage.rss() / MIB,
    });
    this.#bus.announce(STATUS_TOPIC, toBinary(WorkerStatusSchema, status));
  }
}
