import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { StageResultSchema } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import type { Bus } from '../../../worker/bus/bus.ts';
import { MemoryHub } from '../../../worker/bus/memory-bus.ts';
import type { Ending, Outgoing } from '../../../worker/conductor/cluster/outgoing.ts';
import { runPass } from '../../../worker/conductor/cluster/run-pass.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { MemoryStore } from '../../../worker/store/memory-store.ts';

type Outcome = MessageInitShape<typeof StageResultSchema>['outcome'];
const RESULTS = { slots: 4, ackWaitMs: 1000 };
const FOUND: Outcome = { case: 'found', value: { width: 1, height: 1, faces: [] } };
const failed = (code: string): Outcome => ({ case: 'failed', value: { code, message: 'so', plugin: 'p' } });

/** A worker that answers message `<index> <failed attempts>` with `answer`, each as often as told. */
async function worker(
  bus: Bus,
  answer: (index: number, attempt: number) => readonly Outcome[],
): Promise<void> {
  const lane = await bus.openLane('lane', { slots: 4 });
  const results = await bus.results(RESULTS);
  for (;;) {
    const delivery = await lane.next();
    if (delivery === null) return;
    const [index, attempt] = Buffer.from(delivery.payload).toString('latin1').split(' ').map(Number) as [
      number,
      number,
    ];
    for (const [i, outcome] of answer(index, attempt).entries()) {
      const result = create(StageResultSchema, {
        extraction: 'x',
        index,
        key: `${index}.jpg`,
        temporaries: [`tmp/x/onward-${index}-${attempt}`, 'faces/a.png', 'tmp/x/../../b'],
        ...(outcome && { outcome }),
      });
      await bus.send([results], { id: `${delivery.id}-${i}`, payload: toBinary(StageResultSchema, result) });
    }
    await delivery.ack();
  }
}

async function pass(
  count: number,
  answer: (index: number, attempt: number) => readonly Outcome[],
  drain = new AbortController().signal,
  store = new MemoryStore(),
): Promise<Map<number, Ending>> {
  const hub = new MemoryHub();
  const [bus, other] = [hub.connect('x'), hub.connect('x')];
  const working = worker(other, answer);
  const endings = new Map<number, Ending>();
  async function* frames(): AsyncGenerator<Outgoing> {
    for (let index = 0; index < count; index++) {
      const message = async (attempts: number): Promise<Uint8Array> => {
        if (index === 7) throw new FacefleetError('FF1005', '7.jpg');
        return Buffer.from(`${index} ${attempts}`);
      };
      yield { index, key: `${index}.jpg`, version: undefined, message, forget: async () => {} };
    }
  }
  const settle = async ({ index }: Outgoing, ending: Ending) => {
    assert.ok(!endings.has(index), `${index} was recorded twice`);
    endings.set(index, ending);
    return { committed: new Promise<void>((resolve) => setTimeout(resolve, 5)) };
  };
  await runPass(frames(), {
    bus,
    lanes: [await bus.openLane('lane', { slots: 4 })],
    results: await bus.results(RESULTS),
    store,
    extraction: 'x',
    pass: 0,
    generation: 'g',
    tries: 3,
    drain,
    signal: new AbortController().signal,
    settle,
  });
  assert.deepEqual(
    (await bus.depths()).map(({ waiting, inWork }) => waiting + inWork),
    [0, 0],
    'all is acked',
  );
  await bus.close();
  await other.close();
  await working;
  return endings;
}

describe('a pass', () => {
  it('records every frame once, whatever comes twice', async () => {
    const endings = await pass(60, (index) => (index % 3 === 0 ? [FOUND, FOUND] : [FOUND]));
    assert.deepEqual(
      [...endings.keys()].sort((a, b) => a - b),
      Array.from({ length: 60 }, (_, i) => i),
    );
    const { kind, error } = endings.get(7) as Extract<Ending, { kind: 'failed' }>;
    assert.deepEqual([kind, error.code], ['failed', 'FF1005'], 'a frame that cannot be had');
  });

  it('sends a failed frame again within its budget, but not one that can never succeed', async () => {
    const tries = new Map<number, number>();
    const endings = await pass(6, (index, attempt) => {
      tries.set(index, attempt + 1);
      if (index === 1) return [failed('FF1001')];
      if (index === 2) return [failed('FF3003')];
      if (index === 3 && attempt === 0) return [failed('FF3003')];
      return [FOUND];
    });
    assert.deepEqual([tries.get(0), tries.get(1), tries.get(2), tries.get(3)], [1, 1, 3, 2]);
    assert.deepEqual(
      [1, 2, 3].map((index) => endings.get(index)?.kind),
      ['failed', 'failed', 'found'],
    );
    const { error, plugin } = endings.get(2) as Extract<Ending, { kind: 'failed' }>;
    assert.deepEqual([error.code, error.detail, plugin], ['FF3003', 'so', 'p']);
  });

  it('is not held up by many frames that fail at once', { timeout: 30_000 }, async () => {
    // more than the results lane and the frames' lane hold together
    const endings = await pass(40, (_, attempt) => (attempt === 0 ? [failed('FF1006')] : [FOUND]));
    assert.equal(endings.size, 40);
    assert.deepEqual(
      [...endings].filter(([, { kind }]) => kind === 'failed').map(([index]) => index),
      [7],
    );
  });

  it('takes a result that cannot be used for a failure of its frame', { timeout: 30_000 }, async () => {
    const noSize: Outcome = { case: 'found', value: { width: 0, height: 0, faces: [] } };
    const endings = await pass(5, (index) => [index === 3 ? noSize : FOUND]);
    const { kind, error } = endings.get(3) as Extract<Ending, { kind: 'failed' }>;
    assert.deepEqual([endings.size, kind, error.code], [5, 'failed', 'FF6007']);
  });

  it('sends a frame again that the bus has lost', async () => {
    const seen = new Map<number, number>();
    const endings = await pass(5, (index) => {
      seen.set(index, (seen.get(index) ?? 0) + 1);
      return index === 3 && seen.get(3) === 1 ? [] : [FOUND];
    });
    assert.equal(endings.get(3)?.kind, 'found');
    assert.deepEqual([seen.get(2), seen.get(3)], [1, 2]);
  });

  it('does not try a frame again that a late result has ended meanwhile', async () => {
    const tries = new Map<number, number>();
    const endings = await pass(4, (index, attempt) => {
      tries.set(index, attempt + 1);
      return index === 1
        ? [failed('FF1006'), FOUND]
        : index === 2 && attempt === 0
          ? [failed('FF1006')]
          : [FOUND];
    });
    assert.deepEqual([...endings].map(([index, { kind }]) => `${index} ${kind}`).sort(), [
      '0 found',
      '1 found',
      '2 found',
      '3 found',
    ]);
    assert.deepEqual([tries.get(1), tries.get(2)], [1, 2]);
  });

  it('removes what messages of a frame lay in, of all its tries, and nothing else', async () => {
    const store = new MemoryStore();
    const keys = [
      'faces/a.png',
      'tmp/x/onward-0-0',
      'tmp/x/onward-0-1',
      'tmp/x/onward-1-0',
      'tmp/x/onward-9-0',
    ];
    for (const key of keys) await store.put(key, Buffer.from(key));
    const never = new AbortController().signal;
    await pass(
      2,
      (index, attempt) => [index === 0 && attempt === 0 ? failed('FF3003') : FOUND],
      never,
      store,
    );
    const left: string[] = [];
    for await (const { key } of store.list('')) left.push(key);
    assert.deepEqual(left, ['faces/a.png', 'tmp/x/onward-9-0']);
  });

  it('sends no more when it is drained, and waits for what is out', async () => {
    const drain = new AbortController();
    const endings = await pass(
      500,
      (index) => {
        if (index === 20) drain.abort();
        return [FOUND];
      },
      drain.signal,
    );
    assert.ok(endings.size > 20 && endings.size < 40, `${endings.size} ended`);
  });
});
