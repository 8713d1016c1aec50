/** So many frames may wait for another try before no new frames go out. */
const MOST = 64;

/** The frames of a pass that failed and are tried again: one at a time is made into a message and waits for room. */
export class Retries {
  #waiting = 0;
  #tail: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};

  /** Waits, then sends, in turn with the others. @throws what either throws */
  async add(wait: () => Promise<void>, send: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    try {
      await wait();
      const turn = this.#tail.then(send);
      this.#tail = turn.catch(() => {});
      await turn;
    } finally {
      this.#waiting -= 1;
      this.#wake();
    }
  }

  /** Resolves when few enough wait. One may ask at a time. */
  async room(): Promise<void> {
    while (this.#waiting >= MOST) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
