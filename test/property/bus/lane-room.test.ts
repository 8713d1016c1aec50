import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LaneRoom } from '../../../worker/bus/lane-room.ts';

const SLOTS = 4;

/** The lane itself: numbers its messages and refuses more than its slots. */
class Lane {
  readonly present = new Set<number>();
  last = 0;

  take(): number | null {
    if (this.present.size >= SLOTS) return null;
    this.last += 1;
    this.present.add(this.last);
    return this.last;
  }

  ack(pick: number): number | null {
    const number = [...this.present][pick % SLOTS] ?? null;
    if (number !== null) this.present.delete(number);
    return number;
  }
}

type Event = {
  readonly kind: 'own' | 'foreign' | 'ack' | 'unseen' | 'sync' | 'slow sync';
  readonly pick: number;
};

const events = (kinds: readonly Event['kind'][]) =>
  fc.array(fc.record({ kind: fc.constantFrom(...kinds), pick: fc.nat(SLOTS - 1) }), { maxLength: 200 });

/** Lets a lane and a sender's knowledge of it live through events; both are looked at after each. */
function live(all: readonly Event[], look: (lane: Lane, room: LaneRoom) => void): void {
  const lane = new Lane();
  const room = new LaneRoom(SLOTS);
  room.beginSync();
  room.endSync([], 0);
  let answer: { present: number[]; last: number } | null = null;
  for (const { kind, pick } of all) {
    if (kind === 'own') {
      const number = lane.take();
      if (number !== null) room.taken(number);
    } else if (kind === 'foreign') lane.take();
    else if (kind === 'ack' || kind === 'unseen') {
      const number = lane.ack(pick);
      if (number !== null && kind === 'ack') room.acked(number);
    } else if (answer === null) {
      room.beginSync();
      answer = { present: [...lane.present], last: lane.last };
    }
    if (answer !== null && (kind === 'sync' || kind === 'slow sync' ? kind === 'sync' : pick === 0)) {
      room.endSync(answer.present, answer.last);
      answer = null;
    }
    if (answer === null) look(lane, room);
  }
}

describe('LaneRoom', () => {
  it('is exact for the only sender, whenever it syncs', () => {
    fc.assert(
      fc.property(events(['own', 'own', 'ack', 'sync', 'slow sync']), (all) => {
        live(all, (lane, room) => assert.equal(room.room, SLOTS - lane.present.size));
      }),
    );
  });

  it('is exact right after a sync, whatever was missed', () => {
    fc.assert(
      fc.property(events(['own', 'foreign', 'ack', 'unseen', 'slow sync']), (all) => {
        live([...all, { kind: 'sync', pick: 0 }, { kind: 'sync', pick: 0 }], () => {});
        const lane = new Lane();
        const room = new LaneRoom(SLOTS);
        for (const { kind, pick } of all) {
          if (kind === 'own' || kind === 'foreign') {
            const number = lane.take();
            if (number !== null && kind === 'own') room.taken(number);
          } else {
            const number = lane.ack(pick);
            if (number !== null && kind === 'ack') room.acked(number);
          }
        }
        room.beginSync();
        room.endSync(lane.present, lane.last);
        assert.equal(room.room, SLOTS - lane.present.size);
      }),
    );
  });

  it('of several senders, one never believes in less room than there is when it sees every ack', () => {
    fc.assert(
      fc.property(events(['own', 'foreign', 'ack', 'sync', 'slow sync']), (all) => {
        live(all, (lane, room) => {
          // messages of others are unknown until one of theirs is acked, or an own one is taken
          assert.ok(room.room >= SLOTS - lane.present.size, `${room.room} < ${SLOTS - lane.present.size}`);
          assert.ok(room.room <= SLOTS);
        });
      }),
    );
  });

  it('counts places that are reserved, and none before it knows the lane', () => {
    const room = new LaneRoom(SLOTS);
    assert.equal(room.room, 0);
    room.beginSync();
    room.endSync([7], 9);
    room.reserve();
    assert.equal(room.room, 2);
    room.taken(10);
    room.release();
    assert.equal(room.room, 2);
    room.acked(7);
    room.acked(7);
    assert.equal(room.room, 3);
  });

  it('stays small when numbers jump', () => {
    const room = new LaneRoom(SLOTS);
    room.beginSync();
    room.endSync([], 0);
    room.taken(2 ** 50);
    assert.equal(room.room, 0);
  });
});
