import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { decodePortable } from '../formats/portable/decode-portable.ts';
import { encodePortable } from '../formats/portable/encode-portable.ts';
import { landmarks68, type PortableFrame } from '../formats/portable/portable-frame.ts';
import type { Alignments } from './alignments.ts';
import { unreadable } from './file-chunks.ts';
import { FrameNames } from './frame-names.ts';
import { type SpooledStream, spoolStream } from './spooled-stream.ts';

/** What alignments hold in all. */
export interface AlignmentsTotals {
  /** SHA-256 of the frames as lines: for an output folder, that of its alignments.jsonl. */
  readonly sha256: string;
  readonly frames: number;
  readonly faces: number;
  /** Faces whose 68 landmarks are not known: they must be aligned. */
  readonly unaligned: number;
}

/**
 * Frames of alignments by name, in any order, with some 100 bytes of memory each: their lines stay in a file, a temporary one for
 * formats that are not made of lines.
 */
export class AlignmentsIndex {
  readonly totals: AlignmentsTotals;
  readonly #names: FrameNames;
  readonly #lines: FileHandle;
  readonly #offsets: readonly number[];
  readonly #lengths: readonly number[];
  readonly #spooled: SpooledStream | null;
  readonly #where: string;

  private constructor(
    alignments: Alignments,
    { names, offsets, lengths, totals }: Scan,
    lines: FileHandle,
    spooled: SpooledStream | null,
  ) {
    this.totals = totals();
    this.#names = names;
    this.#lines = lines;
    this.#offsets = offsets;
    this.#lengths = lengths;
    this.#spooled = spooled;
    this.#where = alignments.name;
  }

  /**
   * Reads and checks all of `alignments`.
   * @param byNumber whether frames are found by their number too, as those of a video
   * @throws FacefleetError FF12xx when they are damaged, FF4001 when there is no room for the temporary file
   */
  static async open(alignments: Alignments, byNumber: boolean): Promise<AlignmentsIndex> {
    const scan = new Scan(new FrameNames(byNumber));
    let spooled: SpooledStream | null = null;
    if (alignments.linesPath === null) spooled = await spoolStream(Readable.from(scan.lines(alignments)));
    else for await (const { frame, at } of alignments.entries()) scan.note(frame, at!.offset, at!.length);
    const path = spooled?.path ?? alignments.linesPath!;
    try {
      return new AlignmentsIndex(alignments, scan, await open(path), spooled);
    } catch (error) {
      await spooled?.remove();
      throw unreadable(path, error);
    }
  }

  /** Entries that no frame was looked up for so far. */
  get unused(): number {
    return this.totals.frames - this.#names.used;
  }

  /**
   * The place of a frame's entry for `read`; null when there is none.
   * @throws FacefleetError FF1203 when several are meant
   */
  find(key: string): number | null {
    return this.#names.find(key);
  }

  /** Whether a frame has an entry, or several that may be meant. */
  has(key: string): boolean {
    return this.#names.has(key);
  }

  /** The frame at a place that `find` gave. */
  async read(place: number): Promise<PortableFrame> {
    const length = this.#lengths[place]!;
    const line = Buffer.alloc(length);
    const { bytesRead } = await this.#lines.read(line, 0, length, this.#offsets[place]!);
    if (bytesRead < length)
      throw new FacefleetError('FF1201', `${this.#where}: it changed while it was read`);
    return decodePortable(line.toString('utf8'), place, this.#where);
  }

  /** Removes temporary files. */
  async close(): Promise<void> {
    await this.#lines.close();
    await this.#spooled?.remove();
  }
}

/** The one pass over the entries. */
class Scan {
  readonly names: FrameNames;
  readonly offsets: number[] = [];
  readonly lengths: number[] = [];
  readonly #sha256 = createHash('sha256');
  #faces = 0;
  #unaligned = 0;

  constructor(names: FrameNames) {
    this.names = names;
  }

  /** @returns the frame's line */
  note(frame: PortableFrame, offset: number, length?: number): Buffer {
    const line = Buffer.from(`${encodePortable(frame)}\n`);
    this.#sha256.update(line);
    this.names.add(frame.key, this.offsets.length);
    this.offsets.push(offset);
    this.lengths.push(length ?? line.length - 1);
    this.#faces += frame.faces.length;
    this.#unaligned += frame.faces.filter((face) => landmarks68(face) === null).length;
    return line;
  }

  async *lines(alignments: Alignments): AsyncGenerator<Buffer> {
    let offset = 0;
    for await (const { frame } of alignments.entries()) {
      const line = this.note(frame, offset);
      offset += line.length;
      yield line;
    }
  }

  totals = (): AlignmentsTotals => ({
    sha256: this.#sha256.digest('hex'),
    frames: this.offsets.length,
    faces: this.#faces,
    unaligned: this.#unaligned,
  });
}
