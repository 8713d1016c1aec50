import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { StageResultSchema } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import type { Bus, Lane } from '../../../worker/bus/bus.ts';
import { MemoryHub } from '../../../worker/bus/memory-bus.ts';
import type { Ending, Outgoing, OutgoingSegment } from '../../../worker/conductor/cluster/outgoing.ts';
import { runPass } from '../../../worker/conductor/cluster/run-pass.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';

type Outcome = NonNullable<MessageInitShape<typeof StageResultSchema>['outcome']>;
const RESULTS = { slots: 64, ackWaitMs: 1000 };
const FOUND: Outcome = { case: 'found', value: { width: 1, height: 1, faces: [] } };
const FAILED: Outcome = { case: 'failed', value: { code: 'FF3003', message: 'so', plugin: 'p' } };
const PER_SEGMENT = 10;

/** What the decode worker and the stage make of a frame, together; null: nothing reaches the conductor. */
type Answer = (index: number, attempt: number) => Outcome | null;

interface Played {
  readonly endings: ReadonlyMap<number, Ending>;
  readonly messages: readonly string[];
  readonly discarded: readonly number[];
  readonly paused: number;
}

/** Takes a video of segments of ten frames through a pass. */
async function play(
  segments: number,
  answer: Answer,
  { drain = new AbortController().signal, isLastOpen = false } = {},
): Promise<Played> {
  const hub = new MemoryHub();
  const [bus, other] = [hub.connect('x'), hub.connect('x')];
  const messages: string[] = [];
  // what an earlier pass sent twice
  const earlier = await other.openLane('p3-s0-r0', { slots: 2 });
  await other.send([earlier], { id: 'left', payload: Buffer.from('left') });
  const working = work(other, answer, messages);
  const endings = new Map<number, Ending>();
  const discarded: number[] = [];
  const state = { paused: 0, endIndex: null as number | null };
  const lone = (index: number): Outgoing => ({
    index,
    key: `${index}`,
    version: undefined,
    message: async (attempts) => Buffer.from(JSON.stringify({ indexes: [index], attempts })),
    forget: async () => {},
  });
  async function* outgoing(): AsyncGenerator<OutgoingSegment> {
    for (let number = 0; number < segments; number++) {
      const firstIndex = number * PER_SEGMENT;
      const indexes = Array.from({ length: PER_SEGMENT }, (_, i) => firstIndex + i);
      yield {
        number,
        firstIndex,
        endIndex: firstIndex + PER_SEGMENT,
        isOpen: isLastOpen && number === segments - 1,
        isWanted: () => true,
        frame: lone,
        message: async (isMissing) =>
          Buffer.from(JSON.stringify({ indexes: indexes.filter(isMissing), attempts: 0 })),
      };
    }
  }
  await runPass(outgoing(), {
    bus,
    lanes: [await bus.openLane('d0', { slots: 2 })],
    results: await bus.results(RESULTS),
    store: new MemoryStore(),
    extraction: 'x',
    pass: 0,
    generation: 'g',
    tries: 3,
    drain,
    signal: new AbortController().signal,
    settle: async ({ index }, ending) => {
      endings.set(index, ending);
      return { committed: Promise.resolve() };
    },
    video: {
      decodeLanes: new Set(['d0']),
      get endIndex() {
        return state.endIndex;
      },
      async end(endIndex, failure) {
        const isNews = state.endIndex === null || endIndex < state.endIndex;
        state.endIndex = Math.min(endIndex, state.endIndex ?? endIndex);
        for (const index of endings.keys()) if (index >= state.endIndex) endings.delete(index);
        return isNews && failure !== null ? lone(endIndex - 1) : null;
      },
      async discard({ index }) {
        discarded.push(index);
        return { committed: Promise.resolve() };
      },
      pause() {
        state.paused += 1;
      },
    },
  });
  await bus.close();
  await other.close();
  await working;
  return { endings, messages, discarded, paused: state.paused };
}

async function work(bus: Bus, answer: Answer, messages: string[]): Promise<void> {
  const lane = await bus.openLane('d0', { slots: 2 });
  const results: Lane = await bus.results(RESULTS);
  for (;;) {
    const delivery = await lane.next();
    if (delivery === null) return;
    const text = Buffer.from(delivery.payload).toString('latin1');
    messages.push(text);
    const { indexes, attempts } = JSON.parse(text) as { indexes: number[]; attempts: number };
    const last = indexes.at(-1)! + 1;
    for (const index of [...indexes, ...(last % PER_SEGMENT === 0 ? [last, last + 1, last + 2] : [])]) {
      // frames behind a segment's end come from one that is open
      if (index >= last && index < 30) continue;
      const outcome = answer(index, attempts);
      if (outcome === null) continue;
      // the end of a video has the place of its last frame
      const at = outcome.case === 'videoEnd' ? outcome.value.frames! - 1 : index;
      const result = create(StageResultSchema, { extraction: 'x', index: at, key: `${at}`, outcome });
      const id = `${delivery.id}-${index}`;
      await bus.send([results], { id, payload: toBinary(StageResultSchema, result) });
    }
    await delivery.ack();
  }
}

const sorted = (endings: ReadonlyMap<number, Ending>): number[] => [...endings.keys()].sort((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const ends = (frames: number, failure: Record<string, string> | null): Outcome => ({
  case: 'videoEnd',
  value: { frames, ...(failure && { failure: { ...failure, plugin: '' } }) },
});

describe('a pass over a video', { timeout: 30_000 }, () => {
  it('waits for every frame of every segment', async () => {
    const { endings, messages, paused } = await play(3, (index) => (index < 30 ? FOUND : null));
    assert.deepEqual(sorted(endings), upTo(30));
    assert.deepEqual([messages.length, paused], [3, 0]);
  });

  it('has a frame that failed made again, alone and within its budget', async () => {
    const { endings, messages } = await play(2, (index, attempt) =>
      index >= 20 ? null : index === 4 || (index === 15 && attempt === 0) ? FAILED : FOUND,
    );
    assert.deepEqual([endings.get(4)?.kind, endings.get(15)?.kind, endings.size], ['failed', 'found', 20]);
    assert.deepEqual(
      messages.filter((text) => text.includes('[15]')),
      ['{"indexes":[15],"attempts":1}'],
    );
    assert.equal(messages.filter((text) => text.includes('[4]')).length, 2);
  });

  it('ends with the frame at which a decoder met damage', async () => {
    const { endings, discarded, paused } = await play(3, (index) =>
      index === 13
        ? ends(14, { code: 'FF1011', message: 'damage' })
        : index < 13 || index > 15
          ? FOUND
          : null,
    );
    assert.deepEqual(sorted(endings), upTo(14));
    const last = endings.get(13) as Extract<Ending, { kind: 'failed' }>;
    assert.deepEqual([last.kind, last.error.code, last.error.detail], ['failed', 'FF1011', 'damage']);
    assert.ok(discarded.length > 0 && discarded.every((index) => index >= 14), discarded.join());
    assert.equal(paused, 1);
  });

  it('goes on to the end that the decoder of an open segment tells', async () => {
    const longer = await play(3, (index) => (index < 32 ? FOUND : ends(32, null)), { isLastOpen: true });
    assert.deepEqual(sorted(longer.endings), upTo(32));
    const shorter = await play(3, (index) => (index < 26 ? FOUND : index === 26 ? ends(26, null) : null), {
      isLastOpen: true,
    });
    assert.deepEqual(sorted(shorter.endings), upTo(26));
  });

  it('sends what the bus has lost of a segment again', async () => {
    const seen = new Map<number, number>();
    const { endings, messages } = await play(1, (index) => {
      seen.set(index, (seen.get(index) ?? 0) + 1);
      return index >= 10 || ([3, 7].includes(index) && seen.get(index) === 1) ? null : FOUND;
    });
    assert.deepEqual(sorted(endings), upTo(10));
    assert.deepEqual(messages[1], '{"indexes":[3,7],"attempts":0}');
  });

  it('when it is drained does not wait for segments', async () => {
    const drain = new AbortController();
    const { endings, paused } = await play(
      40,
      (index) => {
        if (index === 12) drain.abort(new Error('drained'));
        return index < 12 ? FOUND : null;
      },
      { drain: drain.signal },
    );
    assert.deepEqual(sorted(endings), upTo(12));
    assert.equal(paused, 1);
  });
});
