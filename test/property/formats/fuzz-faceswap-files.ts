import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { deflateSync, inflateSync } from 'node:zlib';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { readFsa } from '../../../worker/formats/fsa/read-fsa.ts';
import { encodeFsa } from '../../../worker/formats/fsa/write-fsa.ts';
import { readFaceHeader } from '../../../worker/formats/png-header/face-png.ts';
import { headerText, parseHeaderText } from '../../../worker/formats/png-header/header-text.ts';
import { pngChunk } from '../../../worker/formats/png-header/png-chunks.ts';
import { headerBombs, pickleBombs, zlibBomb } from './bombs.ts';
import { mutate, randomNumbers } from './mutate.ts';

/** What a run found. A run that finds a failure ends with it. */
export interface FuzzReport {
  readonly inputs: number;
  /** Inputs that were read in spite of their changes. */
  readonly accepted: number;
  /** Of the slowest input. */
  readonly slowestMs: number;
  /** Memory of the process over what it had before the first input. */
  readonly grownMiB: number;
  /** By code of the error. */
  readonly errors: Readonly<Record<string, number>>;
}

const GOLDEN = join(import.meta.dirname, '../../golden/formats');
const INPUTS_PER_TURN = 100;
const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

const [seed, count] = process.argv.slice(2).map(Number) as [number, number];
const errors: Record<string, number> = {};
let inputs = 0;
let accepted = 0;
let slowestMs = 0;

const golden = ['alignments_folder_v230.fsa', 'clip_alignments.fsa'].map((name) =>
  readFileSync(join(GOLDEN, name)),
);
const files = [...golden, ...golden.map(small)];
const pickles = files.map((file) => inflateSync(file));
const texts = [readFileSync(join(GOLDEN, 'clip_000001_0.itxt.txt')), ...golden.map(header)];
const images = texts.map(png);

const random = randomNumbers(seed);
const one = <T>(all: readonly T[]): T => all[random(all.length)] as T;
const before = process.memoryUsage.rss();
for (let i = 0; i < count; i++) {
  const kind = random(10);
  if (kind < 4) tryAlignments(deflateSync(mutate(one(pickles), one(pickles), random), { level: 1 }));
  else if (kind < 5) tryAlignments(mutate(one(files), one(files), random));
  else if (kind < 9) tryImage(png(mutate(one(texts), one(texts), random)));
  else tryImage(mutate(one(images), one(images), random));
  if (i % INPUTS_PER_TURN === 0) await settle();
}
for (const pickle of pickleBombs().values()) {
  attempt(deflateSync(pickle()), (bytes) => void readFsa(bytes, 'bomb'));
  await settle();
}
for (const text of headerBombs().values()) {
  attempt(png(Buffer.from(text())), (bytes) => void readFaceHeader(bytes, 'bomb'));
  await settle();
}
attempt(zlibBomb(), (bytes) => void readFsa(bytes, 'bomb'));
const grownMiB = (process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20;
const report: FuzzReport = { inputs, accepted, slowestMs, grownMiB, errors };
process.stdout.write(JSON.stringify(report));

function tryAlignments(bytes: Uint8Array): void {
  attempt(bytes, () => {
    const { frames } = readFsa(bytes, 'fuzz');
    const again = readFsa(encodeFsa(frames), 'again');
    if (!isDeepStrictEqual(again.frames, frames))
      throw new Error('it is not the same when written and read again');
  });
}

function tryImage(bytes: Uint8Array): void {
  attempt(bytes, () => {
    const found = readFaceHeader(bytes, 'fuzz');
    if (found === null) return;
    const again = parseHeaderText(headerText(found), 'again');
    if (!isDeepStrictEqual(again, found)) throw new Error('it is not the same when written and read again');
  });
}

/** What inputs leave behind would be counted with the next ones; buffers are freed between turns of the event loop only. */
async function settle(): Promise<void> {
  globalThis.gc?.();
  await setImmediate();
}

/** Reads an input: it must be accepted or refused with a FacefleetError. */
function attempt(bytes: Uint8Array, read: (bytes: Uint8Array) => void): void {
  inputs++;
  const started = performance.now();
  try {
    read(bytes);
    accepted++;
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code === 'FF3003') {
      process.stderr.write(`input ${inputs} of seed ${seed}: ${Buffer.from(bytes).toString('base64')}\n`);
      throw error;
    }
    errors[error.code] = (errors[error.code] ?? 0) + 1;
  }
  slowestMs = Math.max(slowestMs, performance.now() - started);
}

/** The file with one face, one mask, and neither identities nor thumbnail. */
function small(file: Uint8Array): Uint8Array {
  const { frames } = readFsa(file, 'golden');
  const face = frames.flatMap(({ faces }) => faces)[0]!;
  const masks = Object.fromEntries(Object.entries(face.masks).slice(0, 1));
  const key = frames[0]!.key;
  return encodeFsa([{ key, videoMeta: null, faces: [{ ...face, masks, identities: {}, thumbnail: null }] }]);
}

function header(file: Uint8Array): Uint8Array {
  const [frame] = readFsa(small(file), 'golden').frames;
  const source = {
    version: 2.4,
    originalFilename: 'a_0.png',
    faceIndex: 0,
    sourceFilename: frame!.key,
    isVideo: false,
    frameSize: { width: 1280, height: 720 },
  };
  return Buffer.from(headerText({ face: frame!.faces[0]!, source }));
}

/** A PNG with this text as its header and no pixels. */
function png(text: Uint8Array): Uint8Array {
  const data = Buffer.concat([Buffer.from('faceswap\0\0\0\0\0', 'latin1'), text]);
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', new Uint8Array(13)),
    pngChunk('iTXt', data),
    pngChunk('IDAT', new Uint8Array(0)),
  ]);
}
