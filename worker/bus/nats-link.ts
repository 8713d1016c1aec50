import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import { Listeners } from './listeners.ts';
import { Disconnected, natsTrouble } from './nats-trouble.ts';
import { raceSignal } from './race-signal.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;

/** One connection to NATS that comes back by itself, and knows when to give up. */
export class NatsLink {
  readonly connection: NatsConnection;
  readonly location: string;
  readonly giveUpAfterMs: number;
  /** After every reconnection. */
  readonly reconnections = new Listeners();
  /** Settles when the link ends: null after `close`, otherwise the reason. */
  readonly ended: Promise<FacefleetError | null>;
  readonly #log: Logger;
  readonly #ending = new AbortController();
  /** Aborts when the present connection breaks; replaced when it is back. */
  #down = new AbortController();
  readonly #up = new Listeners();
  #connected = true;
  /** NATS's own default. */
  #maxPayloadBytes = 1024 * 1024;
  #giveUp: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection, location: string, giveUpAfterMs: number, log: Logger) {
    this.connection = connection;
    this.location = location;
    this.giveUpAfterMs = giveUpAfterMs;
    this.#log = log;
    setMaxListeners(0, this.#ending.signal);
    setMaxListeners(0, this.#down.signal);
    this.#maxPayloadBytes = this.maxPayloadBytes;
    this.ended = this.#watch();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Of the server that it is, or was last, connected to. */
  get maxPayloadBytes(): number {
    this.#maxPayloadBytes = this.connection.info?.max_payload ?? this.#maxPayloadBytes;
    return this.#maxPayloadBytes;
  }

  /** Aborts when the link ends, with the error that verbs then reject with. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** @throws the error that the link ended with, or the signal's reason */
  async whenConnected(signal?: AbortSignal): Promise<void> {
    this.#ending.signal.throwIfAborted();
    if (this.#connected) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const leave = this.#up.add(resolve);
    try {
      await raceSignal(promise, signal, this.#ending.signal);
    } finally {
      leave();
    }
  }

  /** Waits for an answer, but no longer than the connection holds. @throws Disconnected when it breaks */
  async whileConnected<T>(answer: Promise<T>, signal?: AbortSignal): Promise<T> {
    return await raceSignal(answer, this.#down.signal, signal);
  }

  /**
   * Asks until there is an answer: again when the connection broke or the server is starting. `question` must be harmless to ask
   * twice.
   * @returns the answer, or null when what was asked about does not exist
   * @throws FacefleetError FF6001 when there is none for too long, FF6002, FF6008; the signal's reason
   */
  async ask<T>(what: string, question: () => Promise<T>, signal?: AbortSignal): Promise<T | null> {
    const giveUpMs = Date.now() + this.giveUpAfterMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      await this.whenConnected(signal);
      try {
        return await this.whileConnected(question(), signal);
      } catch (error) {
        signal?.throwIfAborted();
        this.#ending.signal.throwIfAborted();
        const trouble = natsTrouble(error, what);
        if (trouble === 'missing') return null;
        if (trouble !== 'again' && trouble !== 'full') throw trouble;
        if (Date.now() > giveUpMs) throw this.unreachable(`${what}: ${errorText(error)}`, error);
      }
      await this.pause(pauseMs, signal);
    }
  }

  /** @throws the error that the link ended with, or the signal's reason */
  async pause(ms: number, signal?: AbortSignal): Promise<void> {
    await raceSignal(sleep(ms), signal, this.#ending.signal);
  }

  unreachable(why: string, cause?: unknown): FacefleetError {
    return new FacefleetError('FF6001', `${this.location}: ${why}`, { cause });
  }

  /** Ends the link on purpose. */
  async close(): Promise<void> {
    this.#end(null);
    await this.connection.close();
  }

  #end(error: FacefleetError | null): void {
    if (this.#ending.signal.aborted) return;
    clearTimeout(this.#giveUp);
    this.#connected = false;
    this.#ending.abort(error ?? new FacefleetError('FF6003', `${this.location}: it was closed`));
    this.#down.abort(new Disconnected());
  }

  async #watch(): Promise<FacefleetError | null> {
    let closed = false;
    let reason: FacefleetError | null = null;
    this.#ending.signal.addEventListener('abort', () => {
      closed = true;
    });
    const giveUp = (): void => {
      reason = this.unreachable(`no connection for ${this.giveUpAfterMs / 1000} s`);
      this.#end(reason);
      void this.connection.close();
    };
    let said = '';
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.#connected = false;
        this.#down.abort(new Disconnected());
        this.#giveUp ??= setTimeout(giveUp, this.giveUpAfterMs);
        if (!closed)
          this.#log.warn({ nats: this.location }, 'the connection to NATS broke; trying to reconnect');
      } else if (status.type === 'reconnect') {
        clearTimeout(this.#giveUp);
        this.#giveUp = undefined;
        this.#connected = true;
        this.#down = new AbortController();
        setMaxListeners(0, this.#down.signal);
        this.#log.info({ nats: this.location }, 'connected to NATS again');
        this.#up.call();
        this.reconnections.call();
      } else if (status.type === 'error') {
        const text = errorText(status.error);
        // what is tried again and again is refused again and again
        if (text !== said) this.#log.warn({ nats: this.location }, `NATS says: ${text}`);
        said = text;
      }
    }
    const lost = await this.connection.closed();
    if (reason !== null || closed) return reason;
    const trouble = natsTrouble(lost ?? new Disconnected(), this.location);
    const error = trouble instanceof FacefleetError ? trouble : this.unreachable('the connection was lost');
    this.#end(error);
    return error;
  }
}
