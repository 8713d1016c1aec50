import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { ControlSchema } from '../../../proto/gen/facefleet/v1/control_pb.ts';
import type { Bus } from '../../bus/bus.ts';
import { CONTROL_TOPIC } from '../../cluster/topics.ts';
import type { ExtractProgress } from '../extract.ts';
import { RateWindow } from './rate-window.ts';
import type { WorkerWatch } from './worker-watch.ts';

const REPEAT_MS = 1000;
const FINISH_REPEAT_MS = 100;
/** How long workers that have heard of the end may take to end. */
const FINISH_WITHIN_MS = 10_000;

/** Tells the workers which pass goes on, and whoever listens how far it is, again and again. */
export class Control {
  readonly #bus: Bus;
  readonly #extraction: string;
  readonly #rate = new RateWindow();
  #pass = 0;
  #generation = '';
  #order: 'run' | 'pause' = 'run';
  #progress: (() => ExtractProgress) | null = null;
  readonly #timer: NodeJS.Timeout;

  constructor(bus: Bus, extraction: string) {
    this.#bus = bus;
    this.#extraction = extraction;
    this.#timer = setInterval(() => this.#say(this.#order), REPEAT_MS).unref();
  }

  /**
   * From now on this pass goes on; workers of earlier ones end.
   * @param generation of the messages that count by now
   */
  begin(pass: number, generation: string): void {
    this.#pass = pass;
    this.#generation = generation;
    this.#rate.clear();
    this.#order = 'run';
    this.#say(this.#order);
  }

  /** From now on decode workers hold back what they have. */
  pause(): void {
    this.#order = 'pause';
    this.#say(this.#order);
  }

  /** From now on it tells this, too. */
  tell(progress: () => ExtractProgress): void {
    this.#progress = progress;
  }

  /** Tells all workers to end until none is there any more, but not for ever. */
  async finish(workers: WorkerWatch): Promise<void> {
    this.close();
    const untilMs = performance.now() + FINISH_WITHIN_MS;
    do {
      this.#say('finish');
      await sleep(FINISH_REPEAT_MS);
    } while (workers.alive() > 0 && performance.now() < untilMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #say(order: 'run' | 'pause' | 'finish'): void {
    const message = create(ControlSchema, {
      extraction: this.#extraction,
      pass: this.#pass,
      generation: this.#generation,
      order: { case: order, value: {} },
      ...(this.#progress && { progress: this.#counts(this.#progress()) }),
    });
    this.#bus.announce(CONTROL_TOPIC, toBinary(ControlSchema, message));
  }

  #counts({ total, frames, carried, faces, failed }: ExtractProgress) {
    const framesPerSecond = this.#rate.note(frames - carried, performance.now());
    return {
      frames,
      carried,
      faces,
      failed,
      ...(total !== null && { total }),
      ...(framesPerSecond !== null && { framesPerSecond }),
    };
  }
}
