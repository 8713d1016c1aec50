/** How often processes may end without any frame being finished in between. */
const FRUITLESS_ENDS = 12;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/** Decides how long to wait before a process is started again, and when that has been tried often enough. */
export class Restarts {
  #fruitless = 0;
  #frames = 0;

  /**
   * A process ended before its time.
   * @param frames that the extraction has finished so far
   * @returns how long to wait before it is started again; null when it should not be
   */
  afterMs(frames: number): number | null {
    this.#fruitless = frames > this.#frames ? 1 : this.#fruitless + 1;
    this.#frames = Math.max(this.#frames, frames);
    if (this.#fruitless > FRUITLESS_ENDS) return null;
    return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#fruitless - 1));
  }
}
