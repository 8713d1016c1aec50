import { setTimeout as sleep } from 'node:timers/promises';

export interface DebouncedRunOptions {
  /** @param signal aborts when it is told to stop: what it was in is run anew after the next start, should it fail */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** From a request to its run, so that what comes together is done together. */
  readonly afterMs: number;
  readonly onFailure: (error: unknown) => void;
}

/** Of the time that passes at most a quarter goes into runs. */
const PAUSE_FACTOR = 3;
const FAILED_PAUSE_MS = 5000;

/**
 * Runs something when it is asked for, from `start` to `stop`: one run at a time, one for many requests, and one more when a request comes during a
 * run.
 */
export class DebouncedRun {
  readonly #options: DebouncedRunOptions;
  /** Null: it does not run. */
  #stopping: AbortController | null = null;
  #wanted = false;
  /** No run before this moment. */
  #restUntilMs = 0;
  #going: Promise<void> | null = null;

  constructor(options: DebouncedRunOptions) {
    this.#options = options;
  }

  request(): void {
    this.#wanted = true;
    if (this.#stopping !== null) this.#going ??= this.#go(this.#stopping.signal);
  }

  start(): void {
    this.#stopping ??= new AbortController();
    this.#restUntilMs = 0;
    if (this.#wanted) this.request();
  }

  /** Settles when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    await this.#going;
    this.#going = null;
    this.#stopping = null;
  }

  async #go(signal: AbortSignal): Promise<void> {
    const { run, afterMs, onFailure } = this.#options;
    while (this.#wanted) {
      const pauseMs = Math.max(afterMs, this.#restUntilMs - performance.now());
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      this.#wanted = false;
      const startMs = performance.now();
      let restMs = FAILED_PAUSE_MS;
      try {
        await run(signal);
        restMs = PAUSE_FACTOR * (performance.now() - startMs);
      } catch (error) {
        this.#wanted = true;
        if (signal.aborted) return;
        onFailure(error);
      }
      this.#restUntilMs = performance.now() + restMs;
    }
    this.#going = null;
  }
}
