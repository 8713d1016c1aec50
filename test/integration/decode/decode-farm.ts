import { createHash } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import pino from 'pino';
import { SegmentSchema } from '../../../proto/gen/facefleet/v1/segment_pb.ts';
import type { Bus, Lane } from '../../../worker/bus/bus.ts';
import { unpackFrame, unpackResult } from '../../../worker/cluster/claim-check.ts';
import { ConductorOrders } from '../../../worker/decode/conductor-orders.ts';
import { runDecodeWorker } from '../../../worker/decode/run-decode-worker.ts';
import { toSegmentMessage } from '../../../worker/decode/segment-message.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { openVideo } from '../../../worker/source/open-video.ts';
import { segmentVideo } from '../../../worker/source/segments/segmented-video.ts';
import type { FrameInput } from '../../../worker/source/source.ts';
import type { VideoPlace } from '../../../worker/source/video-place.ts';
import type { Store } from '../../../worker/store/store.ts';

const ACK_WAIT_MS = 1000;
const GENERATION = 'g1';
export const EXTRACTION = 'film';

export interface FarmOptions {
  readonly place: VideoPlace;
  readonly name: string;
  readonly store: Store;
  /** A new end of the bus of extraction `film`. */
  connect(): Promise<Bus>;
  readonly workers: number;
  readonly everyN?: number;
  readonly framesPerSegment?: number;
  /** Largest image that rides in a message. */
  readonly inlineBytes?: number;
  readonly isDone?: (index: number) => boolean;
  /** Runs a worker in another way than in this process; settles when it has ended, for whatever reason. */
  readonly runWorker?: (lane: string, next: readonly string[], signal: AbortSignal) => Promise<void>;
  /** Told of every frame that reached the stage, and of what may end workers. */
  onFrame?(seen: number, farm: Farm): void;
}

/** The workers of a run; ends go by the worker's number. */
export interface Farm {
  /** As SIGTERM does. */
  stop(worker: number): void;
  readonly buses: readonly Bus[];
}

/** What a run gave. */
export interface Harvest {
  /** `<index> <key> <size> <digest>` of each frame, or its error code, by index; that of the first delivery. */
  readonly words: ReadonlyMap<number, string>;
  /** Frames that came more than once. */
  readonly repeated: number;
  /** As the scan announced. */
  readonly count: number;
  readonly segments: number;
  /** Largest difference that index order had in one lane: 0 when every lane was in order within every segment. */
  readonly disorder: number;
}

/** Plays the conductor and a stage of two workers round real decode workers. */
export async function runFarm(options: FarmOptions): Promise<Harvest> {
  const { place, name, store, workers, everyN = 1, framesPerSegment = 60, isDone = () => false } = options;
  const { inlineBytes = 1 << 20 } = options;
  const bus = await options.connect();
  const video = await segmentVideo(place, DEFAULT_LIMITS, {
    everyN,
    framesPerSegment: () => framesPerSegment,
  });
  const tasks = [...video.segments()];
  const over = new AbortController();
  const laneOf = (end: Bus, lane: string, slots: number): Promise<Lane> =>
    end.openLane(lane, { slots, ackWaitMs: ACK_WAIT_MS });
  const decodeLanes = await Promise.all(
    Array.from({ length: workers }, (_, i) => laneOf(bus, `decode-${i}`, 2)),
  );
  const stageNames = ['p0-s0-r0', 'p0-s0-r1'];
  const stages = await Promise.all(stageNames.map((lane) => laneOf(bus, lane, 3)));
  const results = await bus.results({ ackWaitMs: ACK_WAIT_MS });

  const words = new Map<number, string>();
  let repeated = 0;
  let disorder = 0;
  let seen = 0;
  let lastMs = performance.now();
  const note = (index: number, word: string): void => {
    if (words.has(index)) repeated += 1;
    else words.set(index, word);
    lastMs = performance.now();
    options.onFrame?.(++seen, farm);
  };
  const collect = async (lane: Lane): Promise<void> => {
    const newest = new Map<number, number>();
    for (;;) {
      const delivery = await lane.next({ signal: over.signal }).catch(() => null);
      if (delivery === null) return;
      const frame = await unpackFrame(delivery.payload, EXTRACTION, store);
      const segment = tasks.findLastIndex(({ firstIndex }) => firstIndex <= frame.index);
      if (!words.has(frame.index)) disorder = Math.max(disorder, (newest.get(segment) ?? -1) - frame.index);
      newest.set(segment, frame.index);
      const { place: at } = frame.image!;
      const pixels = at.case === 'inline' ? at.value : await store.get(at.value!.key);
      note(frame.index, frameWord(frame.index, frame.key, frame, pixels));
      await delivery.ack();
    }
  };
  const collectFailures = async (): Promise<void> => {
    for (;;) {
      const delivery = await results.next({ signal: over.signal }).catch(() => null);
      if (delivery === null) return;
      const { index, key, outcome } = await unpackResult(delivery.payload, EXTRACTION, store);
      const failure = outcome.case === 'videoEnd' ? outcome.value.failure : outcome.value;
      note(index, `${index} ${key} ${failure && 'code' in failure ? failure.code : '?'}`);
      await delivery.ack();
    }
  };
  const stops = Array.from({ length: workers }, () => new AbortController());
  const inProcess = options.runWorker ? 0 : workers;
  const buses = await Promise.all(Array.from({ length: inProcess }, () => options.connect()));
  const farm: Farm = { stop: (worker) => stops[worker]!.abort(new Error('SIGTERM')), buses };
  const startWorker = async (i: number, end: Bus, signal: AbortSignal): Promise<void> => {
    await using _ = end;
    const next = await Promise.all(stageNames.map((lane) => laneOf(end, lane, 3)));
    await runDecodeWorker({
      extraction: EXTRACTION,
      bus: end,
      lane: await laneOf(end, `decode-${i}`, 2),
      nextOf: async () => next,
      results: await end.results({ ackWaitMs: ACK_WAIT_MS }),
      store,
      inlineBytes,
      worker: `decode-${i}`,
      open: () => place,
      limits: DEFAULT_LIMITS,
      crashes: 2,
      orders: new ConductorOrders(EXTRACTION, () => {}),
      log: pino({ level: 'silent' }),
      signal,
    });
  };
  /** A worker that ended before the work did is replaced. */
  const keepWorker = async (i: number): Promise<void> => {
    if (options.runWorker) {
      while (!over.signal.aborted) await options.runWorker(`decode-${i}`, stageNames, over.signal);
      return;
    }
    await startWorker(i, buses[i]!, stops[i]!.signal).catch(() => {});
    if (!over.signal.aborted) await startWorker(i, await options.connect(), over.signal);
  };
  const running = [...stages.map(collect), collectFailures(), ...stops.map((_, i) => keepWorker(i))];
  for (const segment of tasks) {
    const task = {
      extraction: EXTRACTION,
      pass: 0,
      video: name,
      name,
      baseIndex: 0,
      segment,
      isDone,
      stemOf: () => null,
      generation: GENERATION,
      failedAttempts: 0,
      foundBefore: () => null,
      sends: 0,
    };
    const payload = toBinary(SegmentSchema, toSegmentMessage(task));
    await bus.send(decodeLanes, { id: `${GENERATION}-0-${segment.number}`, payload });
  }
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const depths = await bus.depths();
    if (depths.every(({ waiting, inWork }) => waiting + inWork === 0) && performance.now() - lastMs > 200)
      break;
  }
  over.abort(new Error('over'));
  for (const stop of stops) stop.abort(new Error('over'));
  await Promise.all(running);
  await bus.close();
  return { words, repeated, count: video.count, segments: tasks.length, disorder };
}

/** The frames as the laptop run takes them, in the words of a harvest. */
export async function localWords(place: VideoPlace, everyN = 1): Promise<Map<number, string>> {
  const source = await openVideo(place, everyN, DEFAULT_LIMITS);
  const words = new Map<number, string>();
  for await (const { index, key, input } of source.frames()) words.set(index, wordOf(index, key, input));
  return words;
}

function wordOf(index: number, key: string, input: FrameInput): string {
  if (input.kind === 'failure') return `${index} ${key} ${input.error.code}`;
  if (input.kind !== 'pixels') throw new TypeError(input.kind);
  return frameWord(index, key, input.image, input.image.data);
}

function frameWord(
  index: number,
  key: string,
  { width, height }: { readonly width: number; readonly height: number },
  pixels: Uint8Array,
): string {
  return `${index} ${key} ${width}×${height} ${createHash('md5').update(pixels).digest('hex')}`;
}
