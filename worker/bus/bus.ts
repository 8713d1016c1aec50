/** A message on its way into a lane. */
export interface Message {
  /**
   * Names the message within its lane: 1..255 printable ASCII characters without spaces. A lane takes an id only once within its
   * dedupe window (two minutes), so that a sender may send again when it does not know whether it sent.
   */
  readonly id: string;
  /** At most `maxPayloadBytes`. Not changed, and not kept once `send` is settled. */
  readonly payload: Uint8Array;
}

/** What became of a message that was sent. */
export interface Sent {
  /** Name of the lane that took it. */
  readonly lane: string;
  /** True when the lane had taken a message with this id before; this one was dropped. */
  readonly duplicate: boolean;
}

/**
 * A message in the hands of its receiver. It keeps its place in the lane until it is settled by `ack` or `nak`; whoever takes a
 * delivery settles it, or sends `working` more often than `Lane.ackWaitMs`. None of the verbs throws or rejects.
 */
export interface Delivery {
  readonly id: string;
  /** The bytes that were sent; the receiver may keep them. */
  readonly payload: Uint8Array;
  /** How often the lane has handed the message out, this time included: 1, 2, … Counts hand-backs and lost workers too. */
  readonly attempt: number;
  /**
   * The work is done and its effect is durable: removes the message and frees its place.
   * @returns true when the bus confirmed it; false when it could not within reach, so that the message may come again
   */
  ack(): Promise<boolean>;
  /** Hands the message back: it is delivered again, at once or after `delayMs`. */
  nak(delayMs?: number): void;
  /** The work goes on: the message does not count as lost for another `Lane.ackWaitMs`. */
  working(): void;
}

/** How full a lane is, as the bus itself says. */
export interface LaneDepth {
  readonly lane: string;
  readonly slots: number;
  /** Messages that wait for a receiver. */
  readonly waiting: number;
  /** Messages that were delivered and are not settled. */
  readonly inWork: number;
}

export interface LaneOptions {
  /**
   * Messages that the lane holds, waiting and in work together: 2..10000. `framesInWork + 1` for a worker's lane, so that exactly
   * one frame waits.
   */
  readonly slots: number;
  /**
   * A delivery that is not settled and not `working` for so long counts as lost and is delivered again; at least 1000. Default 30 s.
   * The first opener decides.
   */
  readonly ackWaitMs?: number;
  readonly signal?: AbortSignal;
}

/** The queue in front of one worker, or of the collector of results. Any process can hold either end. */
export interface Lane {
  readonly name: string;
  readonly slots: number;
  readonly ackWaitMs: number;

  /**
   * Free places as far as this process knows; exact as long as it is the only sender, otherwise a good guess. 0 before the first
   * `send`, which asks the bus.
   */
  readonly room: number;

  /**
   * The next message, in the order they were sent; messages that are delivered again may come later. Waits for one. At most `slots`
   * messages wait in memory, and those that wait there do not count as lost. Several calls may wait; they are served in turn.
   * A message that this process holds unsettled is not delivered to it a second time.
   * @returns null when the bus is closed
   * @throws FacefleetError FF6006 when the lane is removed, FF6001 or FF6002 when the bus is lost; the signal's reason when aborted
   */
  next(options?: { readonly signal?: AbortSignal }): Promise<Delivery | null>;

  /** Asks the bus. @throws FacefleetError FF6006 when the lane is gone */
  depth(options?: { readonly signal?: AbortSignal }): Promise<LaneDepth>;
}

/**
 * How the processes of one extraction pass frames and results on: lanes with few places, in which a message stays until the work on
 * it is done. A slow worker holds its senders back instead of filling memory; a lost worker's messages are delivered again.
 * Lanes of different extractions never meet. Delivery is at least once: receivers make their effects idempotent. A bus that loses its
 * storage, or a part of it, loses messages: when all lanes are empty and a result is missing, send again, under another id.
 *
 * Every failure is a FacefleetError: FF6001 unreachable, FF6002 access refused, FF6003 closed, FF6004 lane settings, FF6005 message
 * does not fit, FF6006 lane gone, FF6008 the server cannot serve. While the connection is down every verb waits for it, until the
 * bus gives up (FF6001). An aborted `signal` rejects with its reason.
 *
 * ```ts
 * // conductor                                            // worker
 * const lanes = await Promise.all(names.map((name) =>     const lane = await bus.openLane(name, { slots: batch + 1 });
 *   bus.openLane(name, { slots: batch + 1 })));           const results = await bus.results();
 * for await (const frame of frames) {                     for (;;) {
 *   const payload = toBinary(FrameSchema, frame);           const delivery = await lane.next({ signal });
 *   const id = `${pass}-${frame.index}`;                    if (delivery === null) break;
 *   // waits until some lane has room                       const result = await work(delivery.payload);
 *   await bus.send(lanes, { id, payload }, { signal });     await bus.send([results], result, { signal });
 * }                                                         await delivery.ack();
 *                                                         }
 * const results = await bus.results();                    await bus.close(); // hands back what is not settled
 * const delivery = await results.next({ signal });
 * ```
 */
export interface Bus {
  /** Where the bus lies, for messages; never with credentials. */
  readonly location: string;

  /** The largest payload of a message in bytes; larger contents go through the store and ride as a reference. */
  readonly maxPayloadBytes: number;

  /** False while the connection is down: for readiness probes. */
  readonly connected: boolean;

  /** Settles (never rejects) when the bus ends: with null after `close`, with the reason when it is lost for good. */
  readonly ended: Promise<Error | null>;

  /**
   * Opens a lane, creating it where it does not exist; both ends do so, in any order. `name`: 1..64 of a-z, 0-9 and '-'.
   * @throws FacefleetError FF6004 for a bad name or slots, or when the lane exists with other slots
   */
  openLane(name: string, options: LaneOptions): Promise<Lane>;

  /**
   * Opens the lane `results`, in which all workers send and the conductor receives. A collector that acks after a commit must commit
   * at the latest when it holds `slots` results, because no more come then. Default 256 slots.
   */
  results(options?: Partial<LaneOptions>): Promise<Lane>;

  /**
   * Sends a message into the lane with the most room, waiting until one has room. Lanes are of this bus; those that are gone are
   * passed over. Sends that are awaited one after the other arrive in that order in each lane. An aborted send may have sent.
   * @throws FacefleetError FF6005 when the message does not fit, FF6006 when all lanes are gone
   */
  send(lanes: readonly Lane[], message: Message, options?: { readonly signal?: AbortSignal }): Promise<Sent>;

  /** How full the extraction's lanes are, by name. */
  depths(options?: { readonly signal?: AbortSignal }): Promise<LaneDepth[]>;

  /** Removes a lane with what is in it; no error when it does not exist. */
  removeLane(name: string): Promise<void>;

  /** Removes every lane of the extraction. */
  removeAll(): Promise<void>;

  /**
   * Tells all processes of the extraction that listen now. Nothing is kept and nobody is waited for: for states that are told again
   * and again. `topic`: as the name of a lane.
   */
  announce(topic: string, payload: Uint8Array): void;

  /** What is announced from now on, until the signal aborts or the bus ends; a slow listener keeps the newest 64. */
  listen(topic: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;

  /**
   * Ends this end of the bus: waiting sends reject with FF6003, waiting receivers get null, deliveries that are not settled are
   * handed back. Takes a few seconds at most; a second call waits for the first.
   */
  close(): Promise<void>;

  /** `close`, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
