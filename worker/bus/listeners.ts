/** Listeners that are called in the order they came; one may leave, or come, while they are called. */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  get count(): number {
    return this.#listeners.size;
  }

  /** @returns how to leave */
  add(listener: () => void): () => void {
    // a listener of its own, so that one function can be added twice
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  call(): void {
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener();
  }
}
