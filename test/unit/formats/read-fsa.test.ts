import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import type { FsaFrame } from '../../../worker/formats/fsa/fsa-alignments.ts';
import { readFsa } from '../../../worker/formats/fsa/read-fsa.ts';
import { encodeFsa, writeFsa } from '../../../worker/formats/fsa/write-fsa.ts';
import { PickleWriter } from '../../../worker/formats/python/pickle-writer.ts';
import { PyList } from '../../../worker/formats/python/py-list.ts';
import type { PyDict, PyValue } from '../../../worker/formats/python/py-value.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { pickleBombs } from '../../property/formats/bombs.ts';

type Plain = PyValue | readonly Plain[] | { readonly [key: string]: Plain };

/** Arrays become lists, objects dicts. */
function py(value: Plain): PyValue {
  if (Array.isArray(value)) return PyList.of(value.map(py));
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array || Object.getPrototypeOf(value) !== Object.prototype)
    return value as PyValue;
  return new Map(Object.entries(value).map(([key, item]) => [key, py(item as Plain)])) as PyDict;
}

function fsa(value: Plain): Uint8Array {
  const writer = new PickleWriter();
  writer.value(py(value));
  writer.opcode(0x2e);
  return deflateSync(writer.take());
}

const mask = {
  mask: Uint8Array.of(1, 2, 3),
  affine_matrix: [
    [1, 0, 0.5],
    [0, 1, -2],
  ],
  interpolator: 2,
  stored_size: 128,
};
const face = {
  x: 10,
  y: -20,
  w: 30,
  h: 40,
  landmarks_xy: Array.from({ length: 68 }, (_, i) => [i, i + 0.5]),
};
const file = (version: number, frames: Plain): Plain => ({ __meta__: { version }, __data__: frames });
const read = (value: Plain) => readFsa(fsa(value), 'some.fsa');

describe('readFsa', () => {
  it('reads what earlier versions left out', () => {
    for (const version of [2, 2.1, 2.2, 2.3, 2.4]) {
      const faces = [{ ...face, mask: { components: mask }, hash: 'ab' }];
      const found = read(file(version, { 'a.png': { faces } }));
      assert.equal(found.version, version);
      const [only] = found.frames;
      assert.equal(only?.videoMeta, null);
      const [{ box, masks, identities, thumbnail }] = only!.faces as [FsaFrame['faces'][0]];
      assert.deepEqual(box, { x: 10, y: -20, w: 30, h: 40 });
      assert.deepEqual([identities, thumbnail], [{}, null]);
      assert.equal(masks.components?.centering, 'face');
      assert.deepEqual(masks.components?.matrix, [1, 0, 0.5, 0, 1, -2]);
    }
  });

  it('reads version 1, which says none, with its legacy masks', () => {
    const found = read({ 'a.png': { faces: [{ ...face, mask: { dfl: mask } }] }, 'b.png': [] });
    assert.equal(found.version, 1);
    assert.equal(found.frames[0]!.faces[0]!.masks.dfl?.centering, 'legacy');
    assert.deepEqual(found.frames[1], { key: 'b.png', faces: [], videoMeta: null });
  });

  it('leaves out video times in seconds, of all frames when of one', () => {
    const timed = (time: number) => ({ faces: [], video_meta: { pts_time: time, keyframe: false } });
    const found = read(file(2.4, { a: timed(0), b: timed(0.04), c: timed(1) }));
    assert.deepEqual(
      [found.videoTimesInSeconds, ...found.frames.map(({ videoMeta }) => videoMeta)],
      [true, null, null, null],
    );
    const whole = read(file(2.4, { a: timed(0), b: timed(512) }));
    assert.equal(whole.videoTimesInSeconds, false);
    assert.deepEqual(whole.frames[1]!.videoMeta, { ptsTime: 512, keyframe: false });
  });

  it('reads 3×3 matrices, other landmark counts, and thumbnails as bytes or numbers', () => {
    const square = { ...mask, stored_centering: 'head', affine_matrix: [...mask.affine_matrix, [0, 0, 1]] };
    const four = { ...face, landmarks_xy: face.landmarks_xy.slice(0, 4), mask: { a: square } };
    const found = read(
      file(2.4, {
        a: { faces: [{ ...four, thumb: [1, 2, 255] }], video_meta: { pts_time: -512, keyframe: true } },
        b: { faces: [{ ...four, thumb: Uint8Array.of(9) }], video_meta: {} },
        c: { faces: [{ ...face, thumb: null }], video_meta: null },
      }),
    ).frames;
    assert.equal(found[0]!.faces[0]!.landmarks.length, 8);
    assert.deepEqual(found[0]!.faces[0]!.masks.a?.matrix, [1, 0, 0.5, 0, 1, -2]);
    assert.deepEqual(
      found.map(({ faces }) => faces[0]!.thumbnail),
      [Uint8Array.of(1, 2, 255), Uint8Array.of(9), null],
    );
    assert.deepEqual(
      found.map(({ videoMeta }) => videoMeta),
      [{ ptsTime: -512, keyframe: true }, null, null],
    );
  });

  it('takes no numbers for no thumbnail and no embedding', () => {
    const [found] = read(
      file(2.4, { a: { faces: [{ ...face, thumb: [], identity: { vgg: [], other: [0.5, 1] } }] } }),
    ).frames;
    assert.equal(found!.faces[0]!.thumbnail, null);
    assert.deepEqual(found!.faces[0]!.identities, { other: [0.5, 1] });
  });

  it('takes as many frames and faces as stand in it, and no repetition that fills disks', () => {
    const four = { ...face, landmarks_xy: face.landmarks_xy.slice(0, 4) };
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${i}`, { faces: [four] }]));
    assert.equal(read(file(2.4, many)).frames.length, 5000);
    const shared = deflateSync(pickleBombs().get('one list of faces in many frames')!());
    assert.throws(() => readFsa(shared, 'some.fsa'), failsWith('FF1205', 'some.fsa', 'again'));
  });

  const wrong: readonly (readonly [name: string, value: Plain, ...parts: string[]])[] = [
    ['is of the future', file(2.5, {}), 'version 2.5'],
    ['is older than it can say', file(1.5, {}), 'version 1.5'],
    ['holds no frames', { __meta__: { version: 2.4 } }, '__data__ is missing'],
    ['is a list', [], 'no dict'],
    ['has a frame without faces', file(2.4, { a: {} }), 'a: faces is missing'],
    [
      'has a face without box',
      file(2.4, { a: { faces: [{ ...face, w: null }] } }),
      'a: faces: 0: w is missing',
    ],
    [
      'has text for a number',
      file(2.4, { a: { faces: [{ ...face, x: 'x' }] } }),
      'a: faces: 0: x',
      'no number',
    ],
    ['has a box of no size', file(2.4, { a: { faces: [{ ...face, w: -1 }] } }), 'a: faces: 0: w', '-1'],
    [
      'has a mask without bytes',
      file(2.4, { a: { faces: [{ ...face, mask: { m: { ...mask, mask: new Uint8Array(0) } } }] } }),
      'm: mask: it is empty',
    ],
    [
      'has three landmarks',
      file(2.4, { a: { faces: [{ ...face, landmarks_xy: face.landmarks_xy.slice(3, 6) }] } }),
      '3 points',
    ],
    [
      'has a landmark of one number',
      file(2.4, { a: { faces: [{ ...face, landmarks_xy: [[1], [1], [1], [1]] }] } }),
      'no point',
    ],
    [
      'has landmarks beyond sense',
      file(2.4, { a: { faces: [{ ...face, landmarks_xy: Array(4).fill([1e12, 0.5]) }] } }),
      '±1000000000',
    ],
    [
      'has a mask that is text',
      file(2.4, { a: { faces: [{ ...face, mask: { m: { ...mask, mask: 'm' } } }] } }),
      'm: mask: it is no bytes',
    ],
    [
      'has a mask of no size',
      file(2.4, { a: { faces: [{ ...face, mask: { m: { ...mask, stored_size: 0 } } }] } }),
      'stored_size',
    ],
    [
      'has a mask in perspective',
      file(2.4, {
        a: {
          faces: [{ ...face, mask: { m: { ...mask, affine_matrix: [...mask.affine_matrix, [0, 0, 2]] } } }],
        },
      }),
      'last row',
    ],
    [
      'has a mask with another centre',
      file(2.4, { a: { faces: [{ ...face, mask: { m: { ...mask, stored_centering: 'nose' } } }] } }),
      '"nose"',
    ],
  ];
  for (const [name, value, ...parts] of wrong) {
    it(`says where a file ${name}`, () => {
      assert.throws(() => read(value), failsWith('FF1201', 'some.fsa', ...parts));
    });
  }

  it('says when the packing is damaged, cut, or a bomb', () => {
    const good = fsa(file(2.4, {}));
    const flipped = Buffer.from(good);
    flipped[good.length - 1]! ^= 1;
    assert.throws(() => readFsa(flipped, 'some.fsa'), failsWith('FF1201', 'some.fsa'));
    assert.throws(() => readFsa(good.subarray(0, -5), 'some.fsa'), failsWith('FF1201', 'some.fsa'));
    assert.throws(() => readFsa(Buffer.from('no zlib'), 'some.fsa'), failsWith('FF1201', 'some.fsa'));
    assert.throws(() => readFsa(new Uint8Array(0), 'some.fsa'), failsWith('FF1201', 'some.fsa'));
    assert.throws(() => readFsa(deflateSync(Buffer.alloc(2e7)), 'some.fsa'), failsWith('FF1205', 'some.fsa'));
  });
});

describe('writeFsa', () => {
  const frame: FsaFrame = { key: 'a.png', faces: [], videoMeta: null };

  it('passes on what its frames fail with', async () => {
    async function* failing(): AsyncGenerator<FsaFrame> {
      yield frame;
      throw new Error('the disk is gone');
    }
    await assert.rejects(async () => {
      for await (const _ of writeFsa(failing()));
    }, /the disk is gone/);
  });

  it('refuses names that cannot be', async () => {
    for (const key of ['', 'a'.repeat(9000), '\ud800']) {
      assert.throws(() => encodeFsa([{ ...frame, key }]), failsWith('FF3003'));
      await assert.rejects(async () => {
        for await (const _ of writeFsa([{ ...frame, key }]));
      }, failsWith('FF3003'));
    }
  });

  it('writes many frames, one as another', async () => {
    const frames = Array.from({ length: 100_000 }, (_, i) => ({ ...frame, key: `frame_${i}.png` }));
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeFsa(frames)) chunks.push(chunk);
    assert.deepEqual(readFsa(Buffer.concat(chunks), 'many.fsa').frames, frames);
  });
});
