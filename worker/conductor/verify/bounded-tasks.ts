/** Runs tasks, a bounded number of them at once. */
export class BoundedTasks {
  readonly #width: number;
  readonly #running = new Set<Promise<void>>();
  #fault: { readonly error: unknown } | undefined;

  /** @param width tasks at once */
  constructor(width: number) {
    this.#width = width;
  }

  /** Starts a task, as soon as there is room. @throws what an earlier task threw */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#width) await Promise.race(this.#running);
    this.#check();
    const running: Promise<void> = task()
      .catch((error: unknown) => {
        this.#fault ??= { error };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for all tasks. @throws what the first failed one threw */
  async end(): Promise<void> {
    await Promise.all(this.#running);
    this.#check();
  }

  #check(): void {
    if (this.#fault) throw this.#fault.error;
  }
}
