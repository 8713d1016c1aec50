import {
  ENTRY,
  HIDDEN,
  type PacketBytes,
  type PacketFacts,
  type PacketReader,
  PICTURE,
  UNKNOWN,
} from './packet-reader.ts';

/** Packets of VP8: one picture each, which may be a hidden one for others to refer to (RFC 6386, 9.1). */
export class Vp8Packets implements PacketReader {
  readonly intraOnly = false;

  read({ sizeBytes, key, data }: PacketBytes): PacketFacts {
    if (sizeBytes < 3) return UNKNOWN;
    const tag = data()[0]!;
    if ((tag & 0x10) === 0) return HIDDEN;
    return key && (tag & 1) === 0 ? ENTRY : PICTURE;
  }
}

/** What a picture of VP9 says about itself. */
interface Vp9Picture {
  readonly shown: boolean;
  readonly key: boolean;
}

/** Packets of VP9: several pictures each, of which at most one is shown (VP9 bitstream specification, 6.2 and annex B). */
export class Vp9Packets implements PacketReader {
  readonly intraOnly = false;

  read({ key, data }: PacketBytes): PacketFacts {
    const pictures = vp9Pictures(data());
    const shown = pictures.filter((picture) => picture?.shown).length;
    if (pictures.length === 0 || shown > 1 || pictures.includes(null)) return UNKNOWN;
    if (shown === 0) return HIDDEN;
    return key && pictures[0]!.key ? ENTRY : PICTURE;
  }
}

function vp9Pictures(data: Buffer): (Vp9Picture | null)[] {
  const last = data.at(-1) ?? 0;
  const count = (last & 7) + 1;
  const sizeBytes = ((last >> 3) & 3) + 1;
  const indexAt = data.length - 2 - count * sizeBytes;
  if ((last & 0xe0) !== 0xc0 || indexAt < 0 || data[indexAt] !== last) return [vp9Picture(data)];
  const pictures: (Vp9Picture | null)[] = [];
  for (let i = 0, at = 0; i < count && at < indexAt; i++) {
    const size = data.readUIntLE(indexAt + 1 + i * sizeBytes, sizeBytes);
    if (size > 0) pictures.push(vp9Picture(data.subarray(at, at + size)));
    at += size;
  }
  return pictures;
}

/** Null when it is none. */
function vp9Picture(data: Buffer): Vp9Picture | null {
  const first = data[0] ?? 0;
  if (first >> 6 !== 2) return null;
  // the bits of the profile are stored low one first; profile 3 has a reserved bit behind them
  const flags = (first >> 4) % 4 === 3 ? (first << 1) & 15 : first & 15;
  const repeats = (flags & 8) !== 0;
  return { shown: repeats || (flags & 2) !== 0, key: !repeats && (flags & 4) === 0 };
}
