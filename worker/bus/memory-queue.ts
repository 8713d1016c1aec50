import type { Message } from './bus.ts';
import { DEDUPE_WINDOW_MS } from './check-lane.ts';
import { Listeners } from './listeners.ts';

/** A message in a lane in memory. */
export interface Entry {
  readonly message: Message;
  attempt: number;
  /** The process that took it and has not settled it, even when it counts as lost. */
  holder: object | null;
  timer: NodeJS.Timeout | undefined;
}

/** A receiver that waits for one message. */
export interface Taker {
  readonly holder: object;
  give(entry: Entry): void;
  gone(): void;
}

/** A lane in memory, shared by both ends: at most `slots` messages, waiting and in work together. */
export class MemoryQueue {
  readonly name: string;
  readonly slots: number;
  readonly ackWaitMs: number;
  /** Moments at which there may be room, or the lane is gone. */
  readonly changes = new Listeners();
  readonly #waiting: Entry[] = [];
  readonly #inWork = new Set<Entry>();
  readonly #takers = new Set<Taker>();
  /** When each id was taken, oldest first. */
  readonly #ids = new Map<string, number>();
  #gone = false;

  constructor(name: string, slots: number, ackWaitMs: number) {
    this.name = name;
    this.slots = slots;
    this.ackWaitMs = ackWaitMs;
  }

  get gone(): boolean {
    return this.#gone;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get inWork(): number {
    return this.#inWork.size;
  }

  put({ id, payload }: Message): 'sent' | 'duplicate' | 'full' | 'gone' {
    if (this.#gone) return 'gone';
    if (this.#isKnown(id)) return 'duplicate';
    if (this.waiting + this.inWork >= this.slots) return 'full';
    this.#ids.set(id, Date.now());
    const message = { id, payload: Uint8Array.from(payload) };
    this.#waiting.push({ message, attempt: 0, holder: null, timer: undefined });
    this.#deliver();
    return 'sent';
  }

  /** Waits for a message; `leave` ends it. */
  join(taker: Taker): void {
    if (this.#gone) {
      taker.gone();
      return;
    }
    this.#takers.add(taker);
    this.#deliver();
  }

  leave(taker: Taker): void {
    this.#takers.delete(taker);
  }

  ack(entry: Entry): void {
    this.#take(entry);
    this.changes.call();
  }

  /** Gives a message back, before those that wait. */
  nak(entry: Entry, delayMs = 0): void {
    entry.holder = null;
    if (this.#inWork.has(entry) && delayMs > 0) this.#arm(entry, delayMs);
    else this.#return(entry);
  }

  /** (Re)starts the time after which the message counts as lost. */
  working(entry: Entry): void {
    if (!this.#take(entry)) return;
    this.#inWork.add(entry);
    this.#arm(entry, this.ackWaitMs);
  }

  remove(): void {
    this.#gone = true;
    for (const entry of [...this.#inWork, ...this.#waiting]) this.#take(entry);
    for (const taker of this.#takers) taker.gone();
    this.#takers.clear();
    this.changes.call();
  }

  #arm(entry: Entry, delayMs: number): void {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.#return(entry), delayMs).unref();
  }

  /** Puts a message back among those that wait, in its old place. */
  #return(entry: Entry): void {
    if (!this.#take(entry)) return;
    this.#waiting.unshift(entry);
    this.#deliver();
  }

  /** Takes a message out. @returns false when it was not in the lane any more */
  #take(entry: Entry): boolean {
    clearTimeout(entry.timer);
    const at = this.#waiting.indexOf(entry);
    if (at >= 0) this.#waiting.splice(at, 1);
    return this.#inWork.delete(entry) || at >= 0;
  }

  #deliver(): void {
    for (const entry of [...this.#waiting]) {
      const taker = [...this.#takers].find(({ holder }) => holder !== entry.holder);
      if (taker === undefined) continue;
      this.#takers.delete(taker);
      entry.attempt += 1;
      entry.holder = taker.holder;
      this.working(entry);
      taker.give(entry);
    }
  }

  #isKnown(id: string): boolean {
    const oldestMs = Date.now() - DEDUPE_WINDOW_MS;
    for (const [known, takenMs] of this.#ids) {
      if (takenMs >= oldestMs) break;
      this.#ids.delete(known);
    }
    return this.#ids.has(id);
  }
}
