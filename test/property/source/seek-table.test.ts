import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Av1Packets } from '../../../worker/source/segments/packets/av1-packets.ts';
import { H264Packets } from '../../../worker/source/segments/packets/h264-packets.ts';
import { HevcPackets } from '../../../worker/source/segments/packets/hevc-packets.ts';
import { Mpeg2Packets, Mpeg4Packets } from '../../../worker/source/segments/packets/mpeg-packets.ts';
import type { PacketReader } from '../../../worker/source/segments/packets/packet-reader.ts';
import { Vp8Packets, Vp9Packets } from '../../../worker/source/segments/packets/vpx-packets.ts';
import { type ScannedPacket, SeekTable } from '../../../worker/source/segments/seek-table.ts';

/** Pictures from one entry to the next: how many lead it, how many follow, and how many packets among them are hidden. */
const group = fc.record({
  leading: fc.integer({ min: 0, max: 4 }),
  following: fc.integer({ min: 0, max: 30 }),
  hidden: fc.integer({ min: 0, max: 3 }),
  swapped: fc.boolean(),
});

describe('a seek table', () => {
  it('numbers entries as sorting all pictures by time does', () => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 30 }), fc.integer(), (groups, origin) => {
        const packets = packetsOf(groups, origin);
        const table = new SeekTable();
        for (const packet of packets) table.add(packet);
        const points = table.finish();
        const times = packets.filter(({ pictures }) => pictures === 1).map(({ pts }) => pts!);
        const sorted = times.toSorted((a, b) => a - b);
        assert.equal(table.trouble, null);
        assert.equal(table.pictures, times.length);
        assert.equal(table.firstPts, sorted[0]);
        for (const { picture, packet, pts } of points) {
          assert.equal(sorted[picture], pts);
          assert.equal(packets[packet]!.pts, pts);
          assert.ok(packets[packet]!.entry);
        }
        const gaps = points.map(({ picture }, i) => picture - (points[i - 1]?.picture ?? 0));
        assert.ok(gaps.every((gap) => gap >= 8));
        const last = points.at(-1)?.picture ?? 0;
        const entries = packets.filter(({ entry }) => entry).map(({ pts }) => sorted.indexOf(pts!));
        assert.ok(entries.every((picture) => picture - last < 8));
      }),
    );
  });

  it('has no points when a picture has no time, or times go back', () => {
    const groups = Array.from({ length: 4 }, () => ({
      leading: 1,
      following: 10,
      hidden: 0,
      swapped: false,
    }));
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 40 }), fc.boolean(), (at, isMissing) => {
        const packets = packetsOf(groups, 0);
        const pts = isMissing ? null : packets[0]!.pts! - 1;
        packets[at] = { ...packets[at]!, pts };
        const table = new SeekTable();
        for (const packet of packets) table.add(packet);
        assert.deepEqual(table.finish(), []);
        assert.notEqual(table.trouble, null);
        assert.equal(table.pictures, packets.length);
      }),
    );
  });
});

describe('packet readers', () => {
  const readers: [string, (setup: Buffer) => PacketReader][] = [
    ['H.264', (setup) => new H264Packets(setup)],
    ['HEVC', (setup) => new HevcPackets(setup)],
    ['VP8', () => new Vp8Packets()],
    ['VP9', () => new Vp9Packets()],
    ['AV1', () => new Av1Packets()],
    ['MPEG-2', () => new Mpeg2Packets()],
    ['MPEG-4', () => new Mpeg4Packets()],
  ];
  /** Bytes with many small values, as headers have. */
  const bytes = fc.array(
    fc.integer({ min: 0, max: 255 }).map((value) => (value < 128 ? value % 9 : value)),
    { maxLength: 80 },
  );

  for (const [name, open] of readers)
    it(`${name}: any bytes are read without harm`, () => {
      fc.assert(
        fc.property(
          fc.array(bytes, { minLength: 1, maxLength: 6 }),
          fc.uint8Array({ maxLength: 40 }),
          fc.boolean(),
          (all, setup, key) => {
            const reader = open(Buffer.from(setup));
            for (const data of all.map((values) => Buffer.from(values))) {
              const { pictures, entry } = reader.read({ sizeBytes: data.length, key, data: () => data });
              assert.ok(pictures === null || pictures === 0 || pictures === 1);
              if (entry) assert.ok(key && pictures === 1);
            }
          },
        ),
        { numRuns: 300 },
      );
    });
});

type Group = { leading: number; following: number; hidden: number; swapped: boolean };

/** Packets in the order they are decoded: an entry, its leading pictures, those that follow. */
function packetsOf(groups: readonly Group[], origin: number): ScannedPacket[] {
  const packets: ScannedPacket[] = [];
  let time = origin;
  for (const [i, { leading, following, hidden, swapped }] of groups.entries()) {
    const lead = i === 0 ? 0 : leading;
    const picture = (pts: number, entry = false): void => {
      packets.push({ pts, dts: null, sizeBytes: 100, pictures: 1, entry });
    };
    picture(time + lead, true);
    for (let at = 0; at < lead; at++) picture(time + at);
    time += lead + 1;
    for (let at = 0; at < following; at++) picture(time + (swapped && (at | 1) < following ? at ^ 1 : at));
    time += following;
    for (let at = 0; at < hidden; at++)
      packets.push({ pts: time, dts: null, sizeBytes: 9, pictures: 0, entry: false });
  }
  return packets;
}
