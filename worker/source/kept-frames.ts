import { keptCount } from './keep-every.ts';
import type { FrameHead } from './source.ts';

const AT_A_TIME = 1000;

/** Walks over the kept frames of a video and asks of each once whether it is done. */
export class KeptFrames {
  readonly #everyN: number;
  readonly #headOf: (index: number, position: number) => FrameHead;
  readonly #isDone: ((frame: FrameHead) => boolean) | undefined;
  #position = 0;
  #isAsked = false;
  #wasDone = false;

  constructor(
    everyN: number,
    headOf: (index: number, position: number) => FrameHead,
    isDone: ((frame: FrameHead) => boolean) | undefined,
  ) {
    this.#everyN = everyN;
    this.#headOf = headOf;
    this.#isDone = isDone;
  }

  /** 0-based number in the video of the frame that comes next. */
  get position(): number {
    return this.#position;
  }

  /** The picture after the frame before. */
  get cursor(): number {
    return Math.max(0, this.#position - this.#everyN + 1);
  }

  /** Whether the frame before was done. */
  get wasDone(): boolean {
    return this.#wasDone;
  }

  get head(): FrameHead {
    return this.#headOf(keptCount(this.#position, this.#everyN), this.#position);
  }

  /**
   * Passes over the frames before `pictures` that are done, so many at a time that other work gets its turn.
   * @returns whether there may be more
   */
  passDone(pictures: number): boolean {
    for (let passed = 0; this.#position < pictures && !this.isWanted(); passed++) {
      this.next();
      if (passed === AT_A_TIME) return true;
    }
    return false;
  }

  /** Whether the frame that comes next is to be given out. */
  isWanted(): boolean {
    this.#isAsked ||= !this.#isDone?.(this.head);
    this.#wasDone = !this.#isAsked;
    return this.#isAsked;
  }

  next(): void {
    this.#position += this.#everyN;
    this.#isAsked = false;
  }
}
