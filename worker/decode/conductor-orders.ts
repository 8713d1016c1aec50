import { fromBinary } from '@bufbuild/protobuf';
import { type Control, ControlSchema } from '../../proto/gen/facefleet/v1/control_pb.ts';
import type { Bus } from '../bus/bus.ts';
import { CONTROL_TOPIC } from '../cluster/topics.ts';

/** Why a segment is left: it is handed back. */
export const PAUSED = new Error('no frames are to go out');
/** Why a segment is left: nobody waits for it any more. */
export const SUPERSEDED = new Error('its frames were sent again');

/** So many words in a row must name another generation: one may have been on its way when the segment was sent. */
const WORDS = 2;

/** What the conductor has told a decode worker, and what follows for the segment in work. */
export class ConductorOrders {
  readonly #extraction: string;
  readonly #onFinish: () => void;
  #paused = false;
  #wake: () => void = () => {};
  #work: { readonly generation: string; readonly left: AbortController; others: number } | null = null;

  /** @param onFinish called when the job has ended */
  constructor(extraction: string, onFinish: () => void) {
    this.#extraction = extraction;
    this.#onFinish = onFinish;
  }

  /** Listens until the signal aborts. */
  async follow(bus: Bus, signal: AbortSignal): Promise<void> {
    for await (const bytes of bus.listen(CONTROL_TOPIC, { signal })) {
      try {
        this.hear(fromBinary(ControlSchema, bytes));
      } catch {
        // what cannot be read says nothing; the next repetition may
      }
    }
  }

  hear({ extraction, order, generation }: Control): void {
    if (extraction !== this.#extraction) return;
    if (order.case === 'finish') this.#onFinish();
    this.#paused = order.case === 'pause';
    if (this.#paused) this.#work?.left.abort(PAUSED);
    else this.#wake();
    const work = this.#work;
    if (work === null || generation === '') return;
    work.others = generation === work.generation ? 0 : work.others + 1;
    if (work.others >= WORDS) work.left.abort(SUPERSEDED);
  }

  /** A segment is taken. @returns aborts with PAUSED or SUPERSEDED when it is to be left */
  begin(generation: string): AbortSignal {
    this.#work = { generation, left: new AbortController(), others: 0 };
    if (this.#paused) this.#work.left.abort(PAUSED);
    return this.#work.left.signal;
  }

  end(): void {
    this.#work = null;
  }

  /** Resolves when frames may go out, or the signal aborts. */
  async whenRunning(signal: AbortSignal): Promise<void> {
    while (this.#paused && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}
