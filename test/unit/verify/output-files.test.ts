import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fileKind } from '../../../worker/conductor/verify/output-files.ts';

it('tells the files of an output from others by their keys', () => {
  const kinds = {
    lasting: [
      'extraction.json',
      'alignments.jsonl',
      'alignments.fsa',
      'job.json',
      'lease/000000003',
      'lease/000000003.alive',
    ],
    crop: ['faces/a_0.png', 'faces/sub/ä b_12.png', 'faces/sub/a_1_0.png'],
    temporary: [
      'parts/part-000000.jsonl',
      'passes/0/about.txt',
      'passes/1/part-000001.jsonl',
      'tmp/uid/frame-0-1',
      'attempts/p0-s0-5-1',
    ],
    foreign: [
      'faces/a.png',
      'faces/a_0.jpg',
      'a_0.png',
      'parts/part-1.jsonl',
      'parts/x',
      'passes/x',
      'lease/x',
      'sub/extraction.json',
    ],
  };
  for (const [kind, keys] of Object.entries(kinds)) {
    for (const key of keys) assert.equal(fileKind(key), kind, key);
  }
});
