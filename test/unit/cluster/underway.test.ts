import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Outgoing, OutgoingSegment } from '../../../worker/conductor/cluster/outgoing.ts';
import { Underway } from '../../../worker/conductor/cluster/underway.ts';

function frame(index: number): Outgoing {
  const message = async (): Promise<Uint8Array> => Buffer.from(String(index));
  return { index, key: `${index}`, version: undefined, message, forget: async () => {} };
}

function segment(firstIndex: number, wanted: readonly boolean[], isOpen = false): OutgoingSegment {
  return {
    number: firstIndex,
    firstIndex,
    endIndex: firstIndex + wanted.length,
    isOpen,
    isWanted: (index) => wanted[index - firstIndex] === true,
    frame,
    message: async () => Buffer.from(String(firstIndex)),
  };
}

describe('what is under way', () => {
  it('is over when every wanted frame of every segment has ended, in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (segments, picks) => {
          const underway = new Underway();
          const wanted: number[] = [];
          let first = 0;
          for (const frames of segments) {
            underway.addSegment(segment(first, frames));
            frames.forEach((isWanted, i) => {
              if (isWanted) wanted.push(first + i);
              else assert.equal(underway.find(first + i), undefined);
            });
            first += frames.length;
          }
          while (wanted.length > 0) {
            assert.equal(underway.isEmpty, false);
            const [index] = wanted.splice(picks.next().value % wanted.length, 1) as [number];
            assert.equal(underway.find(index)?.frame.index, index);
            underway.end(index);
            assert.equal(underway.find(index), undefined);
          }
          assert.equal(underway.isEmpty, true);
          assert.equal(underway.find(first), undefined);
        },
      ),
    );
  });

  it('keeps a frame that is sent again apart from its segment', () => {
    const underway = new Underway();
    const whole = underway.addSegment(segment(10, [true, true]));
    const entry = underway.find(10)!;
    underway.keepAlone(entry);
    entry.failedAttempts = 2;
    assert.equal(underway.find(10), entry);
    underway.end(11);
    assert.equal(underway.holds(whole), false);
    assert.deepEqual([underway.holds(entry), underway.isEmpty], [true, false]);
    underway.end(10);
    assert.equal(underway.isEmpty, true);
  });

  it('waits for the end of a segment that is open, and for frames before one that came', () => {
    const underway = new Underway();
    underway.addSegment(segment(0, [true, false], true));
    underway.end(0);
    assert.equal(underway.isEmpty, false);
    assert.equal(underway.find(1), undefined);
    assert.equal(underway.find(40)?.frame.index, 40);
    underway.end(40);
    underway.cut(42);
    for (const index of [...Array(38).keys()].map((i) => i + 2)) underway.end(index);
    assert.deepEqual([underway.isEmpty, underway.find(40), underway.find(42)], [false, undefined, undefined]);
    underway.end(41);
    assert.equal(underway.isEmpty, true);
  });

  it('ends where the video ends, for what is sent later, too', () => {
    const underway = new Underway();
    underway.add(frame(7));
    underway.add(frame(90));
    underway.addSegment(segment(10, Array(20).fill(true)));
    underway.addSegment(segment(30, Array(20).fill(true), true));
    underway.cut(12);
    underway.addSegment(segment(50, [true]));
    assert.deepEqual(
      [7, 90, 10, 11, 12, 30, 50, 99].filter((index) => underway.find(index)),
      [7, 10, 11],
    );
    for (const index of [7, 10, 11]) underway.end(index);
    assert.equal(underway.isEmpty, true);
  });

  it('names what was sent before a moment', () => {
    const underway = new Underway();
    const [early, late] = [underway.add(frame(0)), underway.add(frame(1))];
    const whole = underway.addSegment(segment(10, [true]));
    [early.sentMs, late.sentMs, whole.sentMs] = [5, 20, 6];
    assert.deepEqual(underway.sentBefore(10), { alone: [early], segments: [whole] });
    whole.sentMs = null;
    assert.deepEqual(underway.sentBefore(100), { alone: [early, late], segments: [] });
  });
});
