import { BitReader } from './bit-reader.ts';
import { hasStartCodes, nalUnits } from './nal-units.ts';
import {
  ENTRY,
  type PacketBytes,
  type PacketFacts,
  type PacketReader,
  PICTURE,
  UNKNOWN,
} from './packet-reader.ts';

const SLICE = 1;
const IDR_SLICE = 5;
const SUPPLEMENT = 6;
const SEQUENCE = 7;
const RECOVERY_POINT = 6;
/** Profiles whose sequence parameters tell the chroma format (ITU-T H.264, 7.3.2.1.1). */
const CHROMA_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** What slice headers need of the sequence parameters. */
interface Sequence {
  readonly framesOnly: boolean;
  readonly separatePlanes: boolean;
  readonly frameNumberBits: number;
}

/**
 * Packets of H.264. A decoder can start at an IDR picture, and at one whose recovery point message says that everything shown
 * from there on comes out exactly (open GOP). Pictures coded as two fields may take two packets: they count as unknown.
 */
export class H264Packets implements PacketReader {
  readonly intraOnly = false;
  readonly #lengthBytes: number;
  #sequence: Sequence | null = null;
  #contradictory = false;

  /** @param setup the decoder's setup data (`avcC` or annex B), or null */
  constructor(setup: Buffer | null) {
    const inUnits = hasStartCodes(setup);
    this.#lengthBytes = inUnits ? 0 : (setup![4]! & 3) + 1;
    if (setup === null) return;
    for (const unit of inUnits ? nalUnits(setup, 0) : configuredUnits(setup)) this.#note(unit);
  }

  read({ key, data }: PacketBytes): PacketFacts {
    let recovers = false;
    for (const unit of nalUnits(data(), this.#lengthBytes)) {
      const kind = unit[0]! & 31;
      if (kind === SEQUENCE) this.#note(unit);
      else if (kind === SUPPLEMENT && key) recovers ||= isExactRecoveryPoint(unit);
      else if (kind === SLICE || kind === IDR_SLICE) {
        if (this.#contradictory || this.#sequence === null || isField(unit, this.#sequence)) return UNKNOWN;
        return key && (kind === IDR_SLICE || recovers) ? ENTRY : PICTURE;
      }
    }
    return UNKNOWN;
  }

  #note(unit: Buffer): void {
    if ((unit[0]! & 31) !== SEQUENCE) return;
    const sequence = sequenceOf(unit);
    const before = this.#sequence;
    this.#contradictory ||=
      before !== null &&
      (before.framesOnly !== sequence.framesOnly ||
        before.separatePlanes !== sequence.separatePlanes ||
        before.frameNumberBits !== sequence.frameNumberBits);
    this.#sequence = sequence;
  }
}

/** The sequence parameters in an `avcC` record (ISO/IEC 14496-15, 5.3.3.1). */
function* configuredUnits(setup: Buffer): Generator<Buffer> {
  let at = 6;
  for (let left = setup[5]! & 31; left > 0 && at + 2 <= setup.length; left--) {
    const end = at + 2 + setup.readUInt16BE(at);
    yield setup.subarray(at + 2, end);
    at = end;
  }
}

/** ITU-T H.264, 7.3.2.1.1. */
function sequenceOf(unit: Buffer): Sequence {
  const reader = new BitReader(unit);
  reader.skip(8);
  const profile = reader.bits(8);
  reader.skip(16);
  reader.unsigned();
  let separatePlanes = false;
  if (CHROMA_PROFILES.has(profile)) {
    const chroma = reader.unsigned();
    if (chroma === 3) separatePlanes = reader.bits(1) === 1;
    reader.unsigned();
    reader.unsigned();
    reader.skip(1);
    const matrices = reader.bits(1) === 0 ? 0 : chroma === 3 ? 12 : 8;
    for (let list = 0; list < matrices; list++) {
      const isGiven = reader.bits(1) === 1;
      if (isGiven) skipScalingList(reader, list < 6 ? 16 : 64);
    }
  }
  const frameNumberBits = reader.unsigned() + 4;
  const orderKind = reader.unsigned();
  if (orderKind === 0) reader.unsigned();
  if (orderKind === 1) {
    reader.skip(1);
    reader.signed();
    reader.signed();
    for (let left = Math.min(reader.unsigned(), 255); left > 0; left--) reader.signed();
  }
  reader.unsigned();
  reader.skip(1);
  reader.unsigned();
  reader.unsigned();
  // what was cut off counts as interlaced, which is the cautious side
  const framesOnly = reader.bits(1) === 1;
  return { framesOnly, separatePlanes, frameNumberBits };
}

function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  for (let i = 0; i < size; i++) {
    const next = (last + reader.signed() + 256) % 256;
    if (next === 0) return;
    last = next;
  }
}

/** Whether a slice is part of a picture that is one field (ITU-T H.264, 7.3.3). */
function isField(slice: Buffer, { framesOnly, separatePlanes, frameNumberBits }: Sequence): boolean {
  if (framesOnly) return false;
  const reader = new BitReader(slice);
  reader.skip(8);
  for (let skipped = 0; skipped < 3; skipped++) reader.unsigned();
  reader.skip((separatePlanes ? 2 : 0) + frameNumberBits);
  return reader.bits(1) === 1 || reader.isOver;
}

/** Whether a message promises exact pictures from its own on (ITU-T H.264, D.2.8). */
function isExactRecoveryPoint(unit: Buffer): boolean {
  for (let at = 1; at + 2 < unit.length; ) {
    const [kind, kindEnd] = sumOfBytes(unit, at);
    const [size, sizeEnd] = sumOfBytes(unit, kindEnd);
    if (kind === RECOVERY_POINT) {
      const reader = new BitReader(unit.subarray(sizeEnd, sizeEnd + size));
      return reader.unsigned() === 0 && reader.bits(1) === 1 && !reader.isOver;
    }
    at = sizeEnd + size;
  }
  return false;
}

/** A number that is the sum of bytes, of which all but the last are 255. @returns the number, and where it ends */
function sumOfBytes(unit: Buffer, from: number): [number, number] {
  let sum = 0;
  let at = from;
  while (unit[at] === 255) {
    sum += 255;
    at += 1;
  }
  return [sum + (unit[at] ?? 0), at + 1];
}
