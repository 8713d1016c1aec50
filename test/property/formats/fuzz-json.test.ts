import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { decodeFaces } from '../../../worker/formats/faceswap-json/decode-faces.ts';
import { encodeFaces } from '../../../worker/formats/faceswap-json/encode-faces.ts';
import { jsonEntries } from '../../../worker/formats/faceswap-json/json-entries.ts';
import { decodePortable } from '../../../worker/formats/portable/decode-portable.ts';
import { encodePortable } from '../../../worker/formats/portable/encode-portable.ts';
import type { PortableFrame } from '../../../worker/formats/portable/portable-frame.ts';
import { portableFace, portableFrameOf, streamOf, textOf } from '../../fixtures/portable-frames.ts';
import { mutate, randomNumbers } from './mutate.ts';

const INPUTS = 20_000;
const SLOWEST_MS = 2000;
const GROWN_MIB = 256;
const points = Float64Array.from({ length: 10 }, (_, i) => i * 1.5);
const masks = {
  m: {
    size: 2,
    centering: 'face' as const,
    matrix: [1, 0, 0, 0, 1, 0] as const,
    interpolator: 1,
    data: new Uint8Array([1, 2]),
  },
};
const frames = [
  portableFrameOf(
    'a.png',
    [portableFace({ box: { x: -1, y: 2, w: 3, h: 4 }, landmarks: points, masks, score: 0.5 })],
    {
      size: { width: 7, height: 8 },
    },
  ),
  portableFrameOf('b_000012.mp4', [portableFace({ landmarks: points, identities: { n: [0.5, -1] } })], {
    videoMeta: { ptsTime: 5, keyframe: true },
  }),
  portableFrameOf('none', []),
];

async function readJson(bytes: Uint8Array): Promise<PortableFrame[]> {
  const read: PortableFrame[] = [];
  for await (const entry of jsonEntries(streamOf([bytes.subarray(0, 50), bytes.subarray(50)]), 'fuzz'))
    read.push(decodeFaces(entry, read.length, 'fuzz'));
  return read;
}

it(`${INPUTS} damaged JSON files and lines are read or refused, fast and within memory`, async (t) => {
  const json = [
    Buffer.from(await textOf(encodeFaces(streamOf(frames)))),
    Buffer.from('{"1": [{"detected": [0.5, 1, 2e3, 4]}]}'),
  ];
  const lines = frames.map((frame) => Buffer.from(encodePortable(frame)));
  const random = randomNumbers(20_261_123);
  const one = <T>(all: readonly T[]): T => all[random(all.length)] as T;
  const before = process.memoryUsage.rss();
  const seen = { accepted: 0, refused: 0, slowestMs: 0 };
  for (let i = 0; i < INPUTS; i++) {
    const isJson = i % 2 === 0;
    const bytes = isJson ? mutate(one(json), one(json), random) : mutate(one(lines), one(lines), random);
    const startedMs = performance.now();
    try {
      if (isJson) {
        const read = await readJson(bytes);
        const written = await textOf(encodeFaces(streamOf(read)));
        assert.equal(await textOf(encodeFaces(streamOf(await readJson(Buffer.from(written))))), written);
      } else {
        const written = encodePortable(decodePortable(Buffer.from(bytes).toString(), 0, 'fuzz'));
        assert.equal(encodePortable(decodePortable(written, 0, 'fuzz')), written);
      }
      seen.accepted += 1;
    } catch (error) {
      assert.ok(
        error instanceof FacefleetError,
        `${String(error)}\n${Buffer.from(bytes).toString('latin1')}`,
      );
      assert.equal(error.code, 'FF1201');
      seen.refused += 1;
    }
    seen.slowestMs = Math.max(seen.slowestMs, performance.now() - startedMs);
  }
  assert.ok(seen.slowestMs < SLOWEST_MS, `the slowest took ${seen.slowestMs} ms`);
  const grownMiB = (process.memoryUsage.rss() - before) / 2 ** 20;
  assert.ok(grownMiB < GROWN_MIB, `${grownMiB} MiB`);
  t.diagnostic(JSON.stringify({ ...seen, grownMiB }));
  assert.ok(seen.accepted > 100 && seen.refused > 1000, JSON.stringify(seen));
});
