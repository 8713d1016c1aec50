import {
  ENTRY,
  type PacketBytes,
  type PacketFacts,
  type PacketReader,
  PICTURE,
  UNKNOWN,
} from './packet-reader.ts';

/** Kinds of OBUs (AV1 bitstream specification, 6.2.2). */
const FRAME_HEADER = 3;
const FRAME = 6;

/** Packets of AV1: a temporal unit each, with exactly one picture that is shown. A decoder can start where that is a key picture. */
export class Av1Packets implements PacketReader {
  readonly intraOnly = false;

  read({ key, data }: PacketBytes): PacketFacts {
    let shown = 0;
    let starts: boolean | null = null;
    for (const header of frameHeaders(data())) {
      const repeats = (header & 0x80) !== 0;
      const isShown = repeats || (header & 0x10) !== 0;
      // of kind 0 (key picture), shown, and not a repetition
      starts ??= !repeats && isShown && (header & 0x60) === 0;
      if (isShown) shown += 1;
    }
    if (shown !== 1) return UNKNOWN;
    return key && starts === true ? ENTRY : PICTURE;
  }
}

/** The first byte of each frame header. */
function* frameHeaders(data: Buffer): Generator<number> {
  for (let at = 0; at < data.length; ) {
    const header = data[at]!;
    let bodyAt = at + ((header & 4) !== 0 ? 2 : 1);
    let size = data.length - bodyAt;
    if ((header & 2) !== 0) {
      size = 0;
      for (let i = 0; i < 8; i++) {
        const byte = data[bodyAt++] ?? 0;
        size += (byte & 127) * 2 ** (7 * i);
        if (byte < 128) break;
      }
    }
    const kind = (header >> 3) & 15;
    if ((kind === FRAME_HEADER || kind === FRAME) && bodyAt < data.length) yield data[bodyAt]!;
    at = bodyAt + size;
  }
}
