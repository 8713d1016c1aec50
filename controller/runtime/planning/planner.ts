import { Worker } from 'node:worker_threads';
import type { Share } from '../../plan/several/plan-all.ts';
import type { RoundDemands } from '../../reconcile/round-demands.ts';
import type { PlanningReply } from './planning-messages.ts';

/** The largest clusters take seconds. */
const WITHIN_MS = 300_000;

/**
 * Plans in a thread of its own, so that a large cluster never keeps the controller from its watches, its Lease and its probes. The thread starts
 * when it is needed, and anew when it has died.
 */
export class Planner {
  #thread: Worker | null = null;
  readonly #asked = new Map<number, PromiseWithResolvers<readonly Share[]>>();
  #calls = 0;

  /**
   * As `planAll`.
   * @param signal aborts: the answer is not waited for
   * @throws Error when the thread fails, dies or does not come to an end; it can be asked again. The signal's reason
   */
  async planAll(asked: RoundDemands, signal?: AbortSignal): Promise<readonly Share[]> {
    signal?.throwIfAborted();
    this.#thread ??= this.#start();
    const thread = this.#thread;
    const id = ++this.#calls;
    const answer = Promise.withResolvers<readonly Share[]>();
    this.#asked.set(id, answer);
    thread.ref();
    const stop = (): void => answer.reject(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    const late = setTimeout(() => void thread.terminate(), WITHIN_MS);
    try {
      thread.postMessage({ id, asked });
      return await answer.promise;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', stop);
      this.#asked.delete(id);
      // an idle one keeps no process alive
      if (this.#asked.size === 0) thread.unref();
    }
  }

  /** Ends the thread, if there is one; what it was asked fails. */
  async end(): Promise<void> {
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const thread = new Worker(new URL(`./planning-thread.${extension}`, import.meta.url));
    thread.on('message', (reply: PlanningReply) => {
      const answer = this.#asked.get(reply.id);
      if ('shares' in reply) answer?.resolve(reply.shares);
      else answer?.reject(new Error(`planning failed: ${reply.failure}`));
    });
    const died = (why: string): void => {
      if (this.#thread !== thread) return;
      this.#thread = null;
      for (const answer of this.#asked.values()) answer.reject(new Error(`the planning thread died: ${why}`));
    };
    thread.once('error', (error) => died(error.message));
    thread.once('exit', (code) => died(`exit code ${code}`));
    return thread;
  }
}
