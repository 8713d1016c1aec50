import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Bits } from '../../../worker/conductor/verify/bits.ts';
import { HashList } from '../../../worker/conductor/verify/hash-list.ts';

describe('HashList', () => {
  it('finds what is in it, and what is there more than once', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2 }), { maxLength: 300 }), fc.string(), (texts, other) => {
        const list = new HashList();
        for (const text of texts) list.add(text);
        list.seal();
        const different = new Set(texts);
        assert.equal(list.size, texts.length);
        assert.equal(list.distinct, different.size);
        const rows = new Set([...different].map((text) => list.rowOf(text)));
        assert.equal(rows.size, different.size);
        assert.ok([...rows].every((row) => row >= 0 && row < list.size));
        assert.equal(list.rowOf(other) >= 0, different.has(other));
        const repeated = [...different].filter((text) => texts.indexOf(text) !== texts.lastIndexOf(text));
        assert.deepEqual(list.repeated(), new Set(repeated.map((text) => list.rowOf(text))));
      }),
    );
  });

  it('takes some ten bytes for each of many', () => {
    const list = new HashList();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200_000; i++) list.add(`frame ${i}`);
    list.seal();
    assert.equal(list.distinct, 200_000);
    assert.equal(list.repeated().size, 0);
    const bytes = (process.memoryUsage().arrayBuffers - before) / 200_000;
    // without a collection what was outgrown is counted, too
    assert.ok(bytes < 60, `${bytes} bytes each`);
  });
});

describe('Bits', () => {
  it('holds numbers, and tells the gaps between them', () => {
    const numbers = fc.array(fc.oneof(fc.nat(200), fc.integer({ min: 65_500, max: 65_600 })));
    fc.assert(
      fc.property(numbers, fc.nat(70_000), (some, end) => {
        const bits = new Bits();
        const set = new Set<number>();
        for (const number of some) {
          assert.equal(bits.add(number), !set.has(number));
          set.add(number);
        }
        assert.equal(bits.count, set.size);
        const gaps = [...bits.gaps(end)];
        const missing = gaps.flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        );
        assert.deepEqual(
          missing,
          Array.from({ length: end }, (_, i) => i).filter((number) => !set.has(number)),
        );
        for (const [i, { from }] of gaps.entries()) assert.ok(i === 0 || from > gaps[i - 1]!.to + 1);
      }),
      { numRuns: 40 },
    );
    assert.ok(new Bits().add(2 ** 32 - 2));
  });
});
