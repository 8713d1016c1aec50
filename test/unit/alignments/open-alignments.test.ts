import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { AlignmentsIndex } from '../../../worker/alignments/alignments-index.ts';
import { openAlignments } from '../../../worker/alignments/open-alignments.ts';
import { encodeFsa } from '../../../worker/formats/fsa/write-fsa.ts';
import { writeFaceHeader } from '../../../worker/formats/png-header/face-png.ts';
import { encodePortable } from '../../../worker/formats/portable/encode-portable.ts';
import { fsaOfPortable } from '../../../worker/formats/portable/fsa-frame.ts';
import { readFrames } from '../../fixtures/convert-file.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { portableFace, portableFrameOf, somePoints } from '../../fixtures/portable-frames.ts';
import { scratch } from '../../fixtures/scratch.ts';

const box = { x: 1, y: 2, w: 3, h: 4 };
const frame = portableFrameOf('a.png', [portableFace({ box, landmarks: somePoints() })]);
const line = encodePortable(frame);
const json = '{"a.png":[{"detected":[1,2,4,6]}]}';

describe('alignments are told by their content', () => {
  const folder = scratch();
  const file = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  it('whatever the extension', async () => {
    assert.deepEqual(await readFrames(await file('lines.fsa', `${line}\n`)), [frame]);
    assert.deepEqual(await readFrames(await file('fsa.json', encodeFsa([fsaOfPortable(frame)]))), [frame]);
    const [read] = await readFrames(await file('json.txt', json));
    assert.deepEqual(read!.faces, [portableFace({ box })]);
  });

  it('lines may be hand-made, blank or without a line feed at the end', async () => {
    const path = await file(
      'hand.jsonl',
      `\n{"key":"x.png","faces":[{"box":[1,2,3,4]}]}\r\n  \n{"faces":[],"key":"y.png"}`,
    );
    assert.deepEqual(await readFrames(path), [
      portableFrameOf('x.png', [portableFace({ box })]),
      portableFrameOf('y.png', [], { index: 1 }),
    ]);
  });

  it('lines may begin with a byte order mark, as editors on Windows write it', async () => {
    const path = await file('mark.jsonl', `\uFEFF${line}\n{"key":"x.png","faces":[{"box":[1,2,3,4]}]}\n`);
    const opened = await openAlignments(path);
    const index = await AlignmentsIndex.open(opened, false);
    try {
      assert.deepEqual(await index.read(index.find('a.png')!), frame);
      assert.equal((await index.read(index.find('x.png')!)).key, 'x.png');
    } finally {
      await index.close();
    }
  });

  it('a frame that is called like a field of lines is still one of JSON', async () => {
    const [read] = await readFrames(await file('faces.json', '{"faces":[{"detected":[1,2,4,6]}]}'));
    assert.equal(read!.key, 'faces');
    assert.deepEqual(await readFrames(await file('empty.json', '{}')), []);
  });

  it('a named pipe is read as a stream', {
    skip: process.platform === 'win32' && 'no named pipes',
  }, async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [read] = await Promise.all([readFrames(pipe), writeFile(pipe, `${line}\n`)]);
    assert.deepEqual(read, [frame]);
  });

  const refused: [name: string, content: string | Uint8Array, ...says: (string | RegExp)[]][] = [
    ['an empty file', '', 'it is empty'],
    ['a text', 'hello', 'no alignments file'],
    ['a list', '[1,2]', 'no alignments file'],
    ['an image', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'no alignments file'],
    ['a zlib stream of something else', deflateSync('hello'), 'FF1201'],
    ['a line that is cut', `${line}\n${line.slice(0, 80)}`, 'line 2'],
    ['a line with a field too many', '{"key":"a","faces":[],"extra":1}', 'line 1', 'extra'],
    ['a line without faces', '{"key":"a"}', 'faces'],
    ['a face without place', '{"key":"a","faces":[{"score":1}]}', 'neither box nor landmarks'],
    ['a width without height', '{"key":"a","width":5,"faces":[]}', 'width without height'],
    ['a key that is no Unicode', '{"key":"a\\ud800","faces":[]}', 'line 1', 'key: it is not valid Unicode'],
    ['a name that is no Unicode', '{"a\\ud800":[]}', 'not valid Unicode'],
    [
      'a mask whose name is no Unicode',
      '{"key":"a","faces":[{"box":[1,2,3,4],"masks":{"\\udc00":{}}}]}',
      'FF1201',
    ],
    ['a key twice', `${line}\n${line}`, 'a.png stands there twice'],
    ['a name twice', '{"a.png":[],"a.png":[]}', 'a.png stands there twice'],
    ['a box from right to left', '{"a.png":[{"detected":[5,0,4,1]}]}', 'a.png.0', 'left, top'],
    ['a face that is empty', '{"a.png":[{}]}', 'neither detected nor landmarks_2d'],
    ['points that are no pairs', '{"a.png":[{"landmarks_2d":[[1]]}]}', 'a.png.0.landmarks_2d.0'],
    [
      'bytes that are no text',
      Buffer.concat([Buffer.from('{"key":"'), Buffer.from([0xff]), Buffer.from('","faces":[]}')]),
      'UTF-8',
    ],
  ];
  for (const [name, content, ...says] of refused) {
    it(`refuses ${name}`, async () => {
      const path = await file('refused', content);
      await assert.rejects(readFrames(path), failsWith('FF1201', 'refused', ...says));
    });
  }

  it('refuses what is not there, a device and a folder of something else', async () => {
    await assert.rejects(readFrames(join(folder, 'none')), failsWith('FF1201', 'none'));
    await assert.rejects(readFrames('/dev/null'), failsWith('FF1201'));
    await mkdir(join(folder, 'photos'), { recursive: true });
    await assert.rejects(readFrames(join(folder, 'photos')), failsWith('FF1201', 'extraction.json'));
  });
});

describe('a folder of face images', () => {
  const folder = scratch();
  const write = async (name: string, source: string, faceIndex: number, score = box): Promise<void> => {
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const [face] = fsaOfPortable(
      portableFrameOf('', [portableFace({ box: score, landmarks: somePoints() })]),
    ).faces;
    const about = { version: 2.4, originalFilename: name, faceIndex, sourceFilename: source, isVideo: false };
    const bytes = writeFaceHeader(png, {
      face: face!,
      source: { ...about, frameSize: { width: 100, height: 50 } },
    });
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  };

  it('gives frames by name, their faces in order, each once; other files are passed over', async () => {
    await write('b_10.png', 'b.png', 10, { ...box, x: 10 });
    await write('b_2.png', 'b.png', 2, { ...box, x: 2 });
    await write('copy/b_2.png', 'b.png', 2, { ...box, x: 99 });
    await write('sub/a_0.png', 'a.png', 0);
    await writeFile(join(folder, 'notes.txt'), 'x');
    await mkdir(join(folder, 'folder.png'));
    await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toFile(join(folder, 'c.png'));
    const frames = await readFrames(folder);
    assert.deepEqual(
      frames.map(({ key, faces, size }) => [key, faces.map((face) => [face.box!.x, face.crop]), size]),
      [
        ['a.png', [[1, 'sub/a_0.png']], { width: 100, height: 50 }],
        [
          'b.png',
          [
            [2, 'b_2.png'],
            [10, 'b_10.png'],
          ],
          { width: 100, height: 50 },
        ],
      ],
    );
  });

  it('is refused with the name of a damaged image', async () => {
    await writeFile(join(folder, 'cut.png'), Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0]));
    await assert.rejects(readFrames(folder), failsWith('FF1201', 'cut.png'));
  });
});
