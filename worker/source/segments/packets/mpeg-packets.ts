import {
  ENTRY,
  type PacketBytes,
  type PacketFacts,
  type PacketReader,
  PICTURE,
  UNKNOWN,
} from './packet-reader.ts';

const SEQUENCE_HEADER = Buffer.from([0, 0, 1, 0xb3]);
const PICTURE_START = Buffer.from([0, 0, 1, 0]);
const OBJECT_PLANE = Buffer.from([0, 0, 1, 0xb6]);
const INTRA = 1;
/** MPEG-4 encoders write pictures that only say "as before" in about so many bytes; decoders make nothing of them. */
const SKIPPED_BYTES = 24;

/** Packets of MPEG-1 and MPEG-2: one picture each, fields together. A decoder needs a sequence header to start (ISO/IEC 13818-2, 6.2). */
export class Mpeg2Packets implements PacketReader {
  readonly intraOnly = false;

  read({ key, data }: PacketBytes): PacketFacts {
    const bytes = data();
    const at = bytes.indexOf(PICTURE_START);
    if (at < 0 || at + 6 > bytes.length) return UNKNOWN;
    const kind = (bytes[at + 5]! >> 3) & 7;
    const header = bytes.subarray(0, at).indexOf(SEQUENCE_HEADER);
    return key && kind === INTRA && header >= 0 ? ENTRY : PICTURE;
  }
}

/**
 * Packets of MPEG-4 part 2: one picture each. Packets that hold two ("packed bitstream") or a skipped one count as unknown
 * (ISO/IEC 14496-2, 6.2.5).
 */
export class Mpeg4Packets implements PacketReader {
  readonly intraOnly = false;

  read({ sizeBytes, key, data }: PacketBytes): PacketFacts {
    const bytes = data();
    const at = bytes.indexOf(OBJECT_PLANE);
    if (at < 0 || sizeBytes < SKIPPED_BYTES || bytes.indexOf(OBJECT_PLANE, at + 4) >= 0) return UNKNOWN;
    return key && bytes[at + 4]! >> 6 === 0 ? ENTRY : PICTURE;
  }
}
