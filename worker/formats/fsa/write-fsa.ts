import { pipeline, Readable } from 'node:stream';
import { createDeflate, deflateSync } from 'node:zlib';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { PickleWriter } from '../python/pickle-writer.ts';
import { PyList } from '../python/py-list.ts';
import type { PyDict } from '../python/py-value.ts';
import { faceToPython } from './face-to-python.ts';
import { FSA_BOUNDS, FSA_VERSION, type FsaFrame } from './fsa-alignments.ts';

/** Bytes of pickle that are packed at once. */
const CHUNK_BYTES = 256 * 1024;
const [MARK, SETITEMS, STOP] = [0x28, 0x75, 0x2e];

/**
 * The bytes of an alignments file of version 2.4 that faceswap 2.3 and 3.x open. Frames are taken one by one: memory does not grow
 * with their number. Equal frames give equal bytes. Keys must be unique.
 * @throws FacefleetError FF3003 for a value out of bounds; whatever `frames` throws
 */
export async function* writeFsa(
  frames: Iterable<FsaFrame> | AsyncIterable<FsaFrame>,
): AsyncGenerator<Uint8Array> {
  const packer = createDeflate();
  // an error of the frames destroys the packer and comes out of it
  pipeline(Readable.from(pickled(frames)), packer, () => {});
  for await (const bytes of packer) yield bytes;
}

/** `writeFsa` of few frames, at once. */
export function encodeFsa(frames: Iterable<FsaFrame>): Uint8Array {
  const pickle = new FsaPickle();
  for (const frame of frames) pickle.add(frame);
  pickle.end();
  return deflateSync(pickle.take());
}

async function* pickled(frames: Iterable<FsaFrame> | AsyncIterable<FsaFrame>): AsyncGenerator<Uint8Array> {
  const pickle = new FsaPickle();
  for await (const frame of frames) {
    pickle.add(frame);
    if (pickle.length >= CHUNK_BYTES) yield pickle.take();
  }
  pickle.end();
  yield pickle.take();
}

/** What an alignments file holds before it is packed, made frame by frame. Equal frames give equal bytes. */
export class FsaPickle {
  readonly #writer = new PickleWriter();

  constructor() {
    begin(this.#writer);
  }

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#writer.length;
  }

  /** Adds a frame. Throws FF3003 for a value out of bounds. */
  add(frame: FsaFrame): void {
    writeFrame(this.#writer, frame);
  }

  /** No more frames come. */
  end(): void {
    this.#writer.opcode(SETITEMS);
    this.#writer.opcode(STOP);
  }

  /** Takes the bytes made since the last time. */
  take(): Uint8Array {
    return this.#writer.take();
  }
}

/** `{"__meta__": {"version": 2.4}, "__data__": {`, both dicts left open. */
function begin(writer: PickleWriter): void {
  writer.opcode(0x80); // PROTO
  writer.opcode(4);
  writer.opcode(0x7d); // EMPTY_DICT
  writer.opcode(MARK);
  writer.text('__meta__');
  writer.value(new Map([['version', FSA_VERSION]]));
  writer.text('__data__');
  writer.opcode(0x7d); // EMPTY_DICT
}

function writeFrame(writer: PickleWriter, { key, faces, videoMeta }: FsaFrame): void {
  if (key.length < 1 || key.length > FSA_BOUNDS.keyChars || !key.isWellFormed())
    throw new FacefleetError('FF3003', `${JSON.stringify(key.slice(0, 80))} cannot be the name of a frame`);
  if (faces.length > FSA_BOUNDS.faces)
    throw new FacefleetError('FF3003', `${key}: it has ${faces.length} faces, more than ${FSA_BOUNDS.faces}`);
  const dicts = faces.map((face, i) => faceToPython(face, `${key}: face ${i}`, true));
  const meta: PyDict =
    videoMeta === null
      ? new Map()
      : new Map<string, number | boolean>([
          ['pts_time', videoMeta.ptsTime],
          ['keyframe', videoMeta.keyframe],
        ]);
  writer.text(key);
  writer.value(
    new Map<string, PyList | PyDict>([
      ['faces', PyList.of(dicts)],
      ['video_meta', meta],
    ]),
  );
  writer.opcode(0x73); // SETITEM
}
