const LOOK_EVERY_MS = 20;

/** Looks again and again at what lies in the lanes of a NATS server, by its monitoring port. */
export class Lanes {
  mostBytes = 0;
  mostMessages = 0;
  streams = 0;
  readonly #port: number;
  readonly #looking: Promise<void>;
  #closed = false;

  constructor(monitorPort: number) {
    this.#port = monitorPort;
    this.#looking = this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#closed) {
      const answer = await fetch(`http://127.0.0.1:${this.#port}/jsz`);
      const { bytes, messages, streams } = (await answer.json()) as Record<
        'bytes' | 'messages' | 'streams',
        number
      >;
      this.mostBytes = Math.max(this.mostBytes, bytes);
      this.mostMessages = Math.max(this.mostMessages, messages);
      this.streams = Math.max(this.streams, streams);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}
