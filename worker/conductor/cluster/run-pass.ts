import { setTimeout as sleep } from 'node:timers/promises';
import type { StageResult } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import type { Bus, Delivery, Lane, LaneDepth } from '../../bus/bus.ts';
import { headOfResult, unpackResult } from '../../cluster/claim-check.ts';
import { CODES, type Code } from '../../errors/codes.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { Store } from '../../store/store.ts';
import type { Appended } from '../part-writer.ts';
import { Retries } from './retries.ts';

/** A frame that a pass is to work on. */
export interface Outgoing {
  readonly index: number;
  readonly key: string;
  /** Of its file, when known. */
  readonly version: string | undefined;
  /**
   * The message that carries it.
   * @param failedAttempts how often it was tried and failed
   * @throws FacefleetError of scope frame when the frame cannot be had
   */
  message(failedAttempts: number): Promise<Uint8Array>;
  /** Removes what was put into the store for it. */
  forget(): Promise<void>;
}

/** How a frame ended in a pass. */
export type Ending =
  | { readonly kind: 'found'; readonly result: StageResult }
  | { readonly kind: 'failed'; readonly error: FacefleetError; readonly plugin: string | null };

export interface PassOptions {
  readonly bus: Bus;
  /** The lanes of the pass's first stage. */
  readonly lanes: readonly Lane[];
  readonly results: Lane;
  /** Of the output, where messages lie that did not fit. */
  readonly store: Store;
  readonly extraction: string;
  readonly pass: number;
  /** Part of the ids of messages: differs between conductors of one extraction. */
  readonly generation: string;
  /** Tries of a frame that fails. */
  readonly tries: number;
  /** Aborts: no more frames go out, those that are out are waited for. */
  readonly drain: AbortSignal;
  /** Aborts: the pass ends at once, with its reason. */
  readonly signal: AbortSignal;
  /** Records how a frame ended. Called for one frame at a time. */
  settle(frame: Outgoing, ending: Ending): Promise<Pick<Appended, 'committed'>>;
}

const RETRY_WAIT_MS = 1000;
/** So often the lanes must be found empty before what is missing counts as lost. */
const QUIET_LOOKS = 2;

interface OnItsWay {
  readonly frame: Outgoing;
  failedAttempts: number;
  /** How often it was sent. */
  sends: number;
  /** When the bus took it last, performance.now(); null while it is being sent. */
  sentMs: number | null;
}

/**
 * Takes frames through one pass: sends them to the lanes with most room, collects the results, drops what comes twice, sends failed
 * frames again within their budget, and acks a result once its record is durable.
 * @throws FacefleetError of scope pod or job; the signal's reason
 */
export async function runPass(frames: AsyncIterable<Outgoing>, options: PassOptions): Promise<void> {
  const { bus, lanes, results, store, extraction, pass, generation, tries, drain, settle } = options;
  const onTheWay = new Map<number, OnItsWay>();
  const background = new Set<Promise<void>>();
  const retries = new Retries();
  const failed = new AbortController();
  const collected = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let feeding = true;

  const inBackground = (work: Promise<void>): void => {
    const watched = work
      .catch((error: unknown) => failed.abort(error))
      .finally(() => background.delete(watched));
    background.add(watched);
  };
  const endWhenEmpty = (): void => {
    if (!feeding && onTheWay.size === 0) collected.abort();
  };
  const end = async (frame: Outgoing, ending: Ending, delivery: Delivery | null): Promise<void> => {
    const { committed } = await settle(frame, ending);
    onTheWay.delete(frame.index);
    inBackground(
      committed.then(async () => {
        await delivery?.ack();
        await frame.forget();
      }),
    );
    endWhenEmpty();
  };
  const send = async (entry: OnItsWay): Promise<void> => {
    const { frame, failedAttempts } = entry;
    let payload: Uint8Array;
    entry.sentMs = null;
    try {
      payload = await frame.message(failedAttempts);
    } catch (error) {
      if (!(error instanceof FacefleetError) || error.scope !== 'frame') throw error;
      await end(frame, { kind: 'failed', error, plugin: null }, null);
      return;
    }
    const id = `${generation}-${pass}-${frame.index}-${entry.sends++}`;
    await bus.send(lanes, { id, payload }, { signal });
    entry.sentMs = performance.now();
  };
  /** A bus that lost a server may lose messages: frames without a result although nothing is under way are sent again. */
  const watchForLosses = async (stop: AbortSignal): Promise<void> => {
    let quiet = 0;
    for (;;) {
      await sleep(results.ackWaitMs, undefined, { signal: stop, ref: false });
      const sinceMs = performance.now() - results.ackWaitMs;
      const waiting = [...onTheWay.values()].filter(({ sentMs }) => sentMs !== null && sentMs < sinceMs);
      const busy = waiting.length === 0 || (await bus.depths({ signal: stop })).some(isBusy);
      quiet = busy ? 0 : quiet + 1;
      if (quiet < QUIET_LOOKS) continue;
      quiet = 0;
      for (const entry of waiting) if (onTheWay.get(entry.frame.index) === entry) await send(entry);
    }
  };
  const feed = async (): Promise<void> => {
    for await (const frame of frames) {
      await retries.room();
      signal.throwIfAborted();
      if (drain.aborted) break;
      const entry: OnItsWay = { frame, failedAttempts: 0, sends: 0, sentMs: null };
      onTheWay.set(frame.index, entry);
      await send(entry);
    }
    feeding = false;
    endWhenEmpty();
  };
  const again = async (entry: OnItsWay, delivery: Delivery, code: Code): Promise<void> => {
    entry.failedAttempts += 1;
    entry.sentMs = null;
    const waitMs = CODES[code].retry === 'backoff' ? RETRY_WAIT_MS * entry.failedAttempts : 0;
    await retries.add(
      async () => {
        // at once: what has no record is sent again in any case, and results that are held keep workers from sending theirs
        await delivery.ack();
        await sleep(waitMs, undefined, { signal });
      },
      () => send(entry),
    );
  };
  const unpack = async (payload: Uint8Array): Promise<StageResult | FacefleetError> => {
    try {
      return await unpackResult(payload, extraction, store);
    } catch (error) {
      if (error instanceof FacefleetError && error.code === 'FF6007') return error;
      throw error;
    }
  };
  const take = async (delivery: Delivery): Promise<void> => {
    const unpacked = await unpack(delivery.payload);
    const result = unpacked instanceof FacefleetError ? headOfResult(delivery.payload) : unpacked;
    const entry = result === null ? undefined : onTheWay.get(result.index);
    const ours = result?.extraction === extraction && result.pass === pass && entry?.frame.key === result.key;
    if (!ours || entry === undefined) {
      // it came twice, answers a frame of an earlier conductor, or is no result: then the frame is sent again
      await delivery.ack();
      return;
    }
    if (unpacked instanceof FacefleetError) {
      await end(entry.frame, { kind: 'failed', error: unpacked, plugin: null }, delivery);
      return;
    }
    const { outcome } = result;
    if (outcome.case === 'found') {
      await end(entry.frame, { kind: 'found', result }, delivery);
      return;
    }
    const { code, message, plugin } = outcome.value ?? { code: 'FF6007', message: 'no outcome', plugin: '' };
    const known: Code = code in CODES ? (code as Code) : 'FF3003';
    if (CODES[known].retry !== 'never' && entry.failedAttempts + 1 < tries && !drain.aborted) {
      inBackground(again(entry, delivery, known));
      return;
    }
    const error = new FacefleetError(known, message);
    await end(entry.frame, { kind: 'failed', error, plugin: plugin || null }, delivery);
  };
  const collect = async (): Promise<void> => {
    const stop = AbortSignal.any([signal, collected.signal]);
    for (;;) {
      let delivery: Delivery | null;
      try {
        delivery = await results.next({ signal: stop });
      } catch (error) {
        if (collected.signal.aborted && !signal.aborted) return;
        throw error;
      }
      if (delivery === null) throw new FacefleetError('FF6003', 'while results were collected');
      await take(delivery);
    }
  };
  const watching = new AbortController();
  const watch = watchForLosses(AbortSignal.any([signal, watching.signal])).catch((error: unknown) => {
    if (!watching.signal.aborted) failed.abort(error);
  });
  const both = [feed(), collect()];
  for (const task of both) task.catch((error: unknown) => failed.abort(error));
  try {
    await Promise.all(both);
    await Promise.all(background);
    failed.signal.throwIfAborted();
  } catch (error) {
    await Promise.allSettled(both);
    throw error;
  } finally {
    watching.abort();
    await watch;
  }
}

function isBusy({ waiting, inWork }: LaneDepth): boolean {
  return waiting > 0 || inWork > 0;
}
