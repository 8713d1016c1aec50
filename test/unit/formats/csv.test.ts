import assert from 'node:assert/strict';
import { it } from 'node:test';
import { encodeCsv } from '../../../worker/formats/csv/encode-csv.ts';
import {
  portableFace,
  portableFrameOf,
  somePoints,
  streamOf,
  textOf,
} from '../../fixtures/portable-frames.ts';

it('the table has a row per face, and one for a frame without', async () => {
  const pose = { pitch: 1.5, yaw: -2, roll: 0 };
  const box = { x: 1, y: 2, w: 3, h: 4 };
  const text = await textOf(
    encodeCsv(
      streamOf([
        portableFrameOf('a,b "c".png', [portableFace({ box, pose, score: 0.25, crop: 'faces/x_0.png' })], {
          index: 7,
          size: { width: 100, height: 50 },
        }),
        portableFrameOf('none.png', []),
        portableFrameOf('line\nfeed.png', [portableFace({ landmarks: somePoints() }), portableFace({ box })]),
      ]),
    ),
  );
  const lines = text.split('\n');
  const header = lines[0]!.split(',');
  assert.deepEqual(header.slice(0, 16), [
    'index',
    'key',
    'width',
    'height',
    'face',
    'box_x',
    'box_y',
    'box_w',
    'box_h',
    'score',
    'pitch',
    'yaw',
    'roll',
    'crop',
    'x0',
    'y0',
  ]);
  assert.equal(header.length, 14 + 136);
  assert.equal(header.at(-1), 'y67');
  const blanks = ','.repeat(136);
  assert.equal(lines[1], `7,"a,b ""c"".png",100,50,0,1,2,3,4,0.25,1.5,-2,0,faces/x_0.png${blanks}`);
  assert.equal(lines[2], `0,none.png,,${','.repeat(10)}${blanks}`);
  assert.equal(lines[3], '0,"line');
  assert.ok(lines[4]!.startsWith(`feed.png",,,0,,,,,,,,,,${Array.from(somePoints()).slice(0, 3).join(',')}`));
  assert.equal(lines[5], '0,"line');
  assert.equal(lines[6], `feed.png",,,1,1,2,3,4,,,,,${blanks}`);
  assert.equal(lines[7], '');
});
