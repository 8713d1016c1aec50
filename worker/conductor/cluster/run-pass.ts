import { setTimeout as sleep } from 'node:timers/promises';
import type { StageResult } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import type { Bus, Delivery, Lane } from '../../bus/bus.ts';
import { headOfResult, tmpPrefix, unpackResult } from '../../cluster/claim-check.ts';
import { isLaneOfPass } from '../../cluster/lane-of.ts';
import { CODES, type Code } from '../../errors/codes.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { keyFault } from '../../store/check-key.ts';
import type { Store } from '../../store/store.ts';
import type { Appended } from '../part-writer.ts';
import type { Ending, Outgoing, OutgoingSegment } from './outgoing.ts';
import { Retries } from './retries.ts';
import type { SegmentUnderway } from './segment-underway.ts';
import { type OnItsWay, Underway } from './underway.ts';
import type { VideoPass } from './video-pass.ts';
import { isBusy, whenQuiet } from './when-quiet.ts';

export interface PassOptions {
  readonly bus: Bus;
  /** Into which frames go: those of the pass's first stage, or of decode workers. */
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
  /** Where decode workers make the frames. */
  readonly video?: VideoPass | undefined;
}

const RETRY_WAIT_MS = 1000;
/** So often the lanes must be found empty before what is missing counts as lost. */
const QUIET_LOOKS = 2;

/**
 * Takes frames through one pass: sends them to the lanes with most room, collects the results, drops what comes twice, sends failed
 * frames again within their budget, and acks a result once its record is durable. A pass that is drained, and a video that ended before
 * it should, leaves no frame in the lanes of stages.
 * @throws FacefleetError of scope pod or job; the signal's reason
 */
export async function runPass(
  frames: AsyncIterable<Outgoing | OutgoingSegment>,
  options: PassOptions,
): Promise<void> {
  const { bus, lanes, results, store, extraction, pass, generation, tries, drain, settle, video } = options;
  const underway = new Underway();
  const background = new Set<Promise<void>>();
  const retries = new Retries();
  const failed = new AbortController();
  const collected = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  // decode workers that are told to hold back make no room any more
  const sending = video === undefined ? signal : AbortSignal.any([signal, drain]);
  // what was sent twice may lie for ever in a lane of an earlier pass, whose workers have ended
  const isOfPass = (lane: string): boolean => isLaneOfPass(lane, pass);
  /** Indexes of frames that are being recorded: one that cannot be sent again may have a late result at the same moment. */
  const settling = new Set<number>();
  let feeding = true;
  let isEnding = false;

  const inBackground = (work: Promise<void>): void => {
    const watched = work
      .catch((error: unknown) => failed.abort(error))
      .finally(() => background.delete(watched));
    background.add(watched);
  };
  /** Ends when the stages have nothing left of frames that will not be waited for. */
  const endWhenQuiet = (): void => {
    if (isEnding || video === undefined) return;
    isEnding = true;
    video.pause();
    const counts = (lane: string): boolean => isOfPass(lane) && !video.decodeLanes.has(lane);
    const quiet = whenQuiet(bus, counts, signal).then(() => collected.abort());
    quiet.catch((error: unknown) => failed.abort(error));
  };
  const endWhenEmpty = (): void => {
    if (feeding || !underway.isEmpty) return;
    if (typeof video?.endIndex === 'number') endWhenQuiet();
    else collected.abort();
  };
  /** Sends, unless the pass is drained meanwhile. @returns whether it was sent for sure */
  const sendUnlessDrained = async (id: string, payload: Uint8Array): Promise<boolean> => {
    try {
      await bus.send(lanes, { id, payload }, { signal: sending });
      return true;
    } catch (error) {
      if (video === undefined || !drain.aborted || signal.aborted) throw error;
      return false;
    }
  };
  const end = async (
    frame: Outgoing,
    ending: Ending,
    delivery: Delivery | null,
    temporaries: readonly string[] = [],
  ): Promise<void> => {
    if (settling.has(frame.index)) {
      await delivery?.ack();
      return;
    }
    settling.add(frame.index);
    const { committed } = await settle(frame, ending);
    underway.end(frame.index);
    settling.delete(frame.index);
    inBackground(
      committed.then(async () => {
        await delivery?.ack();
        await frame.forget(ending);
        for (const key of temporaries) await store.delete(key);
      }),
    );
    endWhenEmpty();
  };
  const send = async (entry: OnItsWay): Promise<void> => {
    const { frame, failedAttempts } = entry;
    let payload: Uint8Array;
    // a late result of an earlier try may have ended it
    if (!underway.holds(entry)) return;
    entry.sentMs = null;
    try {
      payload = await frame.message(failedAttempts, entry.sends);
    } catch (error) {
      if (!(error instanceof FacefleetError) || error.scope !== 'frame') throw error;
      if (underway.holds(entry)) await end(frame, { kind: 'failed', error, plugin: null }, null);
      return;
    }
    const id = `${generation}-${pass}-${frame.index}-${entry.sends++}`;
    if (await sendUnlessDrained(id, payload)) entry.sentMs = performance.now();
  };
  const sendSegment = async (entry: SegmentUnderway): Promise<void> => {
    const { segment } = entry;
    entry.sentMs = null;
    const payload = await segment.message((index) => entry.misses(index), entry.sends);
    const id = `${generation}-${pass}-s${segment.number}-${entry.sends++}`;
    if (await sendUnlessDrained(id, payload)) entry.sentMs = performance.now();
  };
  /** A bus that lost a server may lose messages: frames without a result although nothing is under way are sent again. */
  const watchForLosses = async (stop: AbortSignal): Promise<void> => {
    let quiet = 0;
    for (;;) {
      await sleep(results.ackWaitMs, undefined, { signal: stop, ref: false });
      const sinceMs = performance.now() - results.ackWaitMs;
      const { alone, segments } = underway.sentBefore(sinceMs);
      const none = alone.length + segments.length === 0;
      const depths = none ? [] : await bus.depths({ signal: stop });
      const busy = none || depths.some((depth) => isOfPass(depth.lane) && isBusy(depth));
      quiet = busy ? 0 : quiet + 1;
      if (quiet < QUIET_LOOKS) continue;
      quiet = 0;
      for (const entry of alone) if (underway.holds(entry)) await send(entry);
      for (const entry of segments) if (underway.holds(entry)) await sendSegment(entry);
    }
  };
  const feed = async (): Promise<void> => {
    for await (const frame of frames) {
      await retries.room();
      signal.throwIfAborted();
      if (drain.aborted) break;
      if ('isOpen' in frame) {
        const entry = underway.addSegment(frame);
        if (underway.holds(entry)) await sendSegment(entry);
      } else await send(underway.add(frame));
    }
    feeding = false;
    endWhenEmpty();
  };
  const again = async (entry: OnItsWay, delivery: Delivery, code: Code): Promise<void> => {
    entry.failedAttempts += 1;
    entry.sentMs = null;
    underway.keepAlone(entry);
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
  /** @returns whether the result told the end of the video, or is of a frame behind it */
  const takeAboutVideo = async (
    result: StageResult,
    about: VideoPass,
    delivery: Delivery,
  ): Promise<boolean> => {
    const { index, outcome } = result;
    if (outcome.case === 'videoEnd') {
      const { frames: count, failure } = outcome.value;
      const endIndex = count === 0 ? index : index + 1;
      const error = failure ? new FacefleetError(knownCode(failure.code), failure.message) : null;
      const last = await about.end(endIndex, error);
      underway.cut(about.endIndex ?? endIndex);
      if (last === null || error === null) await delivery.ack();
      else await end(last, { kind: 'failed', error, plugin: null }, delivery);
      endWhenEmpty();
      return true;
    }
    if (about.endIndex === null || index < about.endIndex || outcome.case !== 'found') return false;
    const discarded = await about.discard(result);
    inBackground(discarded.committed.then(async () => void (await delivery.ack())));
    return true;
  };
  const isTemporary = (key: string): boolean => key.startsWith(tmpPrefix(extraction)) && keyFault(key) === '';
  const take = async (delivery: Delivery): Promise<void> => {
    const unpacked = await unpack(delivery.payload);
    const result = unpacked instanceof FacefleetError ? headOfResult(delivery.payload) : unpacked;
    const entry = result === null ? undefined : underway.find(result.index);
    const ofPass = result?.extraction === extraction && result.pass === pass;
    if (ofPass && video !== undefined && (await takeAboutVideo(result, video, delivery))) return;
    if (!ofPass || entry?.frame.key !== result.key) {
      // it came twice, answers a frame of an earlier conductor, or is no result: then the frame is sent again
      await delivery.ack();
      return;
    }
    entry.temporaries.push(...result.temporaries.filter(isTemporary));
    if (unpacked instanceof FacefleetError) {
      await end(entry.frame, { kind: 'failed', error: unpacked, plugin: null }, delivery);
      return;
    }
    const { outcome } = result;
    if (outcome.case === 'found') {
      await end(entry.frame, { kind: 'found', result }, delivery, entry.temporaries);
      return;
    }
    const none = { code: 'FF6007', message: 'no outcome', plugin: '' };
    const { code, message, plugin } = outcome.case === 'failed' ? outcome.value : none;
    const known = knownCode(code);
    if (CODES[known].retry !== 'never' && entry.failedAttempts + 1 < tries && !drain.aborted) {
      inBackground(again(entry, delivery, known));
      return;
    }
    const error = new FacefleetError(known, message);
    await end(entry.frame, { kind: 'failed', error, plugin: plugin || null }, delivery, entry.temporaries);
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
  if (video !== undefined) {
    if (drain.aborted) endWhenQuiet();
    else drain.addEventListener('abort', endWhenQuiet, { once: true, signal: collected.signal });
  }
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

function knownCode(code: string): Code {
  return code in CODES ? (code as Code) : 'FF3003';
}
