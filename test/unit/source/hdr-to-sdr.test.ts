import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type HdrTransfer, hdrRowToSdr } from '../../../worker/source/hdr-to-sdr.ts';

function grey(signal: number, transfer: HdrTransfer): number {
  const out = new Uint8Array(3);
  hdrRowToSdr(new Uint16Array(3).fill(Math.round(signal * 65535)), transfer, true, out);
  assert.ok(Math.max(...out) - Math.min(...out) <= 1, `grey stays grey: ${out}`);
  return out[0]!;
}

it('maps reference white and black of both curves alike', () => {
  // 203 cd/m² is PQ 0.5807 and HLG 0.75 (ITU-R BT.2408, table 1).
  assert.ok(Math.abs(grey(0.5807, 'pq') - grey(0.75, 'hlg')) <= 1);
  assert.ok(grey(0.5807, 'pq') > 225);
  assert.deepEqual([grey(0, 'pq'), grey(0, 'hlg'), grey(1, 'pq')], [0, 0, 255]);
});

it('keeps an 18 % grey card near its usual sRGB value of 118', () => {
  // 26 cd/m² is PQ 0.38 (ITU-R BT.2408, table 1); 26/203 of white is sRGB 100.
  assert.ok(Math.abs(grey(0.38, 'pq') - 100) <= 4, String(grey(0.38, 'pq')));
});

it('rises with the signal', () => {
  for (const transfer of ['pq', 'hlg'] as const) {
    const levels = Array.from({ length: 101 }, (_, i) => grey(i / 100, transfer));
    assert.deepEqual(
      levels,
      levels.toSorted((a, b) => a - b),
    );
  }
});

it('turns BT.2020 colours into more saturated BT.709 values', () => {
  const row = Uint16Array.from([30000, 20000, 15000]);
  const [wide, narrow] = [new Uint8Array(3), new Uint8Array(3)];
  hdrRowToSdr(row, 'pq', true, wide);
  hdrRowToSdr(row, 'pq', false, narrow);
  assert.ok(wide[0]! > narrow[0]! && wide[2]! <= narrow[2]!, `${wide} ${narrow}`);
});
