import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import sharp from 'sharp';
import type { FindingCode } from '../../../worker/conductor/verify/finding-codes.ts';
import { openOutputPlace } from '../../../worker/conductor/verify/output-place.ts';
import { type Verification, verifyOutput } from '../../../worker/conductor/verify/verify-output.ts';
import { readFsa } from '../../../worker/formats/fsa/read-fsa.ts';
import { encodeFsa } from '../../../worker/formats/fsa/write-fsa.ts';
import { extractCli } from '../../fixtures/cli.ts';
import { editExtraction, editLines, signAlignments } from '../../fixtures/edit-output.ts';
import { alignments, fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';

/** What a kind of damage does to an output, and all that is to be found then. */
interface Damage {
  readonly name: string;
  readonly harm: (folder: string) => void | Promise<void>;
  readonly found: Partial<Record<FindingCode, number>>;
  /** Keys that the findings are to name, among others. */
  readonly keys?: readonly string[];
  readonly deep?: boolean;
}

/** The third frame's photo has three faces, as the samples tell. */
const CROP = 'faces/photo-002_1.png';

const DAMAGES: readonly Damage[] = [
  {
    name: 'a crop is gone',
    harm: (folder) => rmSync(join(folder, CROP)),
    found: { CropMissing: 1 },
    keys: [CROP],
  },
  {
    name: 'all crops are gone',
    harm: (folder) => rmSync(join(folder, 'faces'), { recursive: true }),
    found: { CropMissing: 22 },
  },
  {
    name: 'a crop is a link',
    harm: (folder) => {
      renameSync(join(folder, CROP), join(folder, 'elsewhere.png'));
      symlinkSync(join(folder, 'elsewhere.png'), join(folder, CROP));
    },
    found: { CropMissing: 1, ForeignFile: 1 },
    keys: [CROP, 'elsewhere.png'],
  },
  {
    name: 'a crop is empty',
    harm: (folder) => truncateSync(join(folder, CROP)),
    found: { CropDamaged: 1 },
    keys: [CROP],
  },
  {
    name: 'a crop is cut short',
    harm: (folder) => truncateSync(join(folder, CROP), 5000),
    found: { CropDamaged: 1 },
    keys: [CROP],
  },
  {
    name: 'a crop is cut within its first bytes',
    harm: (folder) => truncateSync(join(folder, CROP), 20),
    found: { CropDamaged: 1 },
    keys: [CROP],
  },
  {
    name: 'a crop is no picture',
    harm: (folder) => writeFileSync(join(folder, CROP), 'not at all'),
    found: { CropDamaged: 1 },
    keys: [CROP],
  },
  {
    name: 'a crop has another size',
    harm: async (folder) => {
      const smaller = await sharp(join(folder, CROP)).resize(100, 100).png().toBuffer();
      writeFileSync(join(folder, CROP), smaller);
    },
    found: { CropSizeDiffers: 1 },
    keys: [CROP],
  },
  {
    name: 'bytes within a crop are damaged (deep)',
    harm: (folder) => {
      const bytes = readFileSync(join(folder, CROP));
      bytes.fill(0, bytes.length - 4000, bytes.length - 1000);
      writeFileSync(join(folder, CROP), bytes);
    },
    found: { CropDamaged: 1 },
    keys: [CROP],
    deep: true,
  },
  {
    name: 'two crops are exchanged (deep)',
    harm: (folder) => {
      renameSync(join(folder, CROP), join(folder, 'faces/x'));
      renameSync(join(folder, 'faces/photo-003_0.png'), join(folder, CROP));
      renameSync(join(folder, 'faces/x'), join(folder, 'faces/photo-003_0.png'));
    },
    found: { CropHeaderDiffers: 2 },
    keys: [CROP, 'faces/photo-003_0.png'],
    deep: true,
  },
  {
    name: 'a crop has lost its header (deep)',
    harm: async (folder) => {
      const bare = await sharp(join(folder, CROP)).png().toBuffer();
      writeFileSync(join(folder, CROP), bare);
    },
    found: { CropHeaderDiffers: 1 },
    keys: [CROP],
    deep: true,
  },
  {
    name: 'there is a crop that nobody names, and a file of somebody',
    harm: (folder) => {
      cpSync(join(folder, CROP), join(folder, 'faces/photo-002_9.png'));
      writeFileSync(join(folder, 'faces/notes.txt'), 'mine');
    },
    found: { CropUnnamed: 1, ForeignFile: 1 },
    keys: ['faces/photo-002_9.png', 'faces/notes.txt'],
  },
  {
    name: 'the last line is cut',
    harm: (folder) => {
      const bytes = readFileSync(join(folder, 'alignments.jsonl'));
      writeFileSync(join(folder, 'alignments.jsonl'), bytes.subarray(0, -300));
    },
    found: { RecordDamaged: 1, DigestDiffers: 1, FrameMissing: 1, CountsDiffer: 2, CropUnnamed: 4 },
    keys: ['alignments.jsonl'],
  },
  {
    name: 'a line within is cut',
    harm: (folder) =>
      editLines(folder, 'alignments.jsonl', (lines) => lines.with(1, lines[1]!.slice(0, 1000))),
    found: { RecordDamaged: 1, DigestDiffers: 1, FrameMissing: 1, CountsDiffer: 2, CropUnnamed: 3 },
  },
  {
    name: 'a line is gone',
    harm: (folder) => {
      editLines(folder, 'alignments.jsonl', (lines) => lines.toSpliced(1, 1));
      signAlignments(folder);
    },
    found: { FrameMissing: 1, CountsDiffer: 2, CropUnnamed: 3, FsaDiffers: 1, VersionsDiffer: 1 },
  },
  {
    name: 'a number is another one',
    harm: (folder) =>
      editLines(folder, 'alignments.jsonl', (lines) =>
        lines.with(0, lines[0]!.replace(/"score":0\.\d/, '"score":0.1')),
      ),
    found: { DigestDiffers: 1 },
  },
  {
    name: 'the digest is another one',
    harm: (folder) => editExtraction(folder, () => ({ digest: '0'.repeat(64) })),
    found: { DigestDiffers: 1 },
  },
  {
    name: 'an index stands there twice',
    harm: (folder) => {
      editLines(folder, 'alignments.jsonl', (lines) =>
        lines.with(2, lines[2]!.replace('"index":2,', '"index":1,')),
      );
      signAlignments(folder);
    },
    found: { FrameTwice: 1, FrameMissing: 1 },
    keys: ['alignments.jsonl'],
  },
  {
    name: 'a whole line stands there twice',
    harm: (folder) => {
      editLines(folder, 'alignments.jsonl', (lines) => lines.toSpliced(1, 0, lines[1]!));
      signAlignments(folder);
    },
    found: { FrameTwice: 1, CountsDiffer: 2, CropNamedTwice: 3, FsaDiffers: 1 },
  },
  {
    name: 'a frame has a record and a failure',
    harm: (folder) =>
      editLines(folder, 'failures.jsonl', (lines) => [
        '{"index":0,"key":"photo-000.jpg","code":"FF1001","message":"?"}',
        ...lines,
      ]),
    found: { FrameTwice: 1, CountsDiffer: 1 },
    keys: ['failures.jsonl'],
  },
  {
    name: 'a key stands there under two indexes',
    harm: (folder) => {
      editLines(folder, 'failures.jsonl', (lines) =>
        lines.map((line) => line.replace('zz-broken.jpg', 'photo-001.jpg')),
      );
    },
    found: { FrameTwice: 1 },
    keys: ['failures.jsonl'],
  },
  {
    name: 'lines are in another order',
    harm: (folder) => {
      editLines(folder, 'alignments.jsonl', ([first, second, ...others]) => [second!, first!, ...others]);
      signAlignments(folder);
    },
    found: { OrderDiffers: 1, FsaEdited: 1, VersionsDiffer: 1 },
  },
  {
    name: 'a frame is one of a larger source',
    harm: (folder) =>
      editLines(folder, 'failures.jsonl', (lines) =>
        lines.map((line) => line.replace('"index":6', '"index":7')),
      ),
    found: { FrameUnknown: 1, FrameMissing: 1 },
  },
  {
    name: 'failures.jsonl is gone',
    harm: (folder) => rmSync(join(folder, 'failures.jsonl')),
    found: { FileMissing: 1, FrameMissing: 1, CountsDiffer: 1 },
  },
  {
    name: 'alignments.jsonl is gone',
    harm: (folder) => rmSync(join(folder, 'alignments.jsonl')),
    found: { FileMissing: 1, FrameMissing: 1, CountsDiffer: 2, CropUnnamed: 22 },
  },
  {
    name: 'extraction.json is gone',
    harm: (folder) => rmSync(join(folder, 'extraction.json')),
    found: { ExtractionMissing: 1 },
  },
  {
    name: 'extraction.json is cut',
    harm: (folder) => truncateSync(join(folder, 'extraction.json'), 100),
    found: { ExtractionDamaged: 1 },
  },
  {
    name: 'the options in extraction.json were edited',
    harm: (folder) => editExtraction(folder, ({ spec }) => ({ spec: { ...(spec as object), more: 1 } })),
    found: { SpecDigestDiffers: 1 },
  },
  {
    name: 'alignments.fsa is gone',
    harm: (folder) => rmSync(join(folder, 'alignments.fsa')),
    found: { FsaMissing: 1 },
  },
  {
    name: 'alignments.fsa is cut',
    harm: (folder) => truncateSync(join(folder, 'alignments.fsa'), 2000),
    found: { FsaDamaged: 1 },
  },
  {
    name: 'alignments.fsa lacks a face',
    harm: (folder) => {
      const { frames } = readFsa(readFileSync(join(folder, 'alignments.fsa')), '');
      const [first, ...others] = frames;
      writeFileSync(
        join(folder, 'alignments.fsa'),
        encodeFsa([{ ...first!, faces: first!.faces.slice(1) }, ...others]),
      );
    },
    found: { FsaDiffers: 1 },
  },
  {
    name: 'a face in alignments.fsa was moved',
    harm: (folder) => {
      const { frames } = readFsa(readFileSync(join(folder, 'alignments.fsa')), '');
      const [first, ...others] = frames;
      const moved = first!.faces.map((face) => ({ ...face, box: { ...face.box, x: face.box.x + 1 } }));
      writeFileSync(join(folder, 'alignments.fsa'), encodeFsa([{ ...first!, faces: moved }, ...others]));
    },
    found: { FsaEdited: 1 },
  },
  {
    name: 'versions.txt is gone, which is allowed',
    harm: (folder) => rmSync(join(folder, 'versions.txt')),
    found: {},
  },
  {
    name: 'a line of versions.txt is cut',
    harm: (folder) => editLines(folder, 'versions.txt', (lines) => lines.with(2, lines[2]!.slice(1))),
    found: { VersionsDamaged: 1 },
  },
  {
    name: 'versions.txt is of other frames',
    harm: (folder) => editLines(folder, 'versions.txt', (lines) => [...lines, lines[0]!]),
    found: { VersionsDiffer: 1 },
  },
  {
    name: 'a part and a half-written file are left',
    harm: (folder) => {
      mkdirSync(join(folder, 'parts'));
      writeFileSync(join(folder, 'parts/part-000000.jsonl'), '');
      const tmp = join(folder, 'faces/.facefleet.tmp-00000000-1-00000000-000000000000');
      writeFileSync(tmp, 'half');
      utimesSync(tmp, 1e9, 1e9);
    },
    found: { Leftover: 2 },
    keys: ['parts/part-000000.jsonl'],
  },
];

describe('verify finds', { concurrency: 2 }, () => {
  const folder = scratch();
  const whole = join(folder, 'whole');

  before(async () => {
    const input = await smallPhotos(join(folder, 'photos'), 6);
    writeFileSync(join(input, 'zz-broken.jpg'), 'no picture');
    await extractCli([input, whole, '--size', '128'], 3);
    assert.equal(
      alignments(whole).reduce((sum, { faces }) => sum + faces.length, 0),
      22,
    );
  });

  async function verified(output: string, deep = false): Promise<Verification> {
    return await verifyOutput(await openOutputPlace(output), { deep });
  }

  it('nothing in an output that is whole, and changes nothing', async () => {
    const files = fingerprint(whole);
    for (const deep of [false, true]) {
      const verification = await verified(whole, deep);
      assert.deepEqual(verification.findings, []);
      assert.deepEqual(verification.counts, { frames: 6, faces: 22, failed: 1 });
      const { state, crops, superseded, errors, warnings } = verification;
      assert.deepEqual(
        { state, crops, superseded, errors, warnings },
        {
          state: 'complete',
          crops: 22,
          superseded: 0,
          errors: 0,
          warnings: 0,
        },
      );
    }
    assert.deepEqual(fingerprint(whole), files);
  });

  for (const [i, { name, harm, found, keys = [], deep = false }] of DAMAGES.entries()) {
    it(name, async () => {
      const output = join(folder, `damaged-${i}`);
      cpSync(whole, output, { recursive: true, preserveTimestamps: true });
      await harm(output);
      const files = fingerprint(output);
      const verification = await verified(output, deep);
      assert.deepEqual(verification.found, found, JSON.stringify(verification.findings, null, 1));
      const named = new Set(verification.findings.map(({ key }) => key));
      for (const key of keys) assert.ok(named.has(key), `${key} is not among ${[...named].join(', ')}`);
      for (const { todo, detail } of verification.findings) assert.ok(todo !== '' && detail !== '');
      assert.deepEqual(fingerprint(output), files);
    });
  }

  it('more than it keeps, and counts all', async () => {
    const output = join(folder, 'damaged-much');
    cpSync(whole, output, { recursive: true });
    rmSync(join(output, 'faces'), { recursive: true });
    const { found, findings, errors } = await verifyOutput(await openOutputPlace(output), { keep: 3 });
    assert.deepEqual([found, findings.length, errors], [{ CropMissing: 22 }, 3, 22]);
  });
});
