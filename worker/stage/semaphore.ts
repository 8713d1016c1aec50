/** Counts free places; `acquire` waits for one. First come, first served. */
export class Semaphore {
  #free: number;
  readonly #waiting: { resolve(): void; reject(error: unknown): void }[] = [];
  #failure: { readonly error: unknown } | null = null;

  constructor(places: number) {
    this.#free = places;
  }

  /** Throws what `fail` was given. */
  acquire(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure.error);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next.resolve();
    else this.#free += 1;
  }

  /** Everybody who waits for a place, or comes later, gets `error`. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
