import { hasStartCodes, nalUnits } from './nal-units.ts';
import {
  ENTRY,
  HIDDEN,
  type PacketBytes,
  type PacketFacts,
  type PacketReader,
  PICTURE,
  UNKNOWN,
} from './packet-reader.ts';

/** Kinds of NAL units (ITU-T H.265, table 7-1). */
const RASL = { from: 8, to: 9 } as const;
const BLA = { from: 16, to: 18 } as const;
const IDR = { from: 19, to: 20 } as const;
const CRA = 21;
const LAST_SLICE = 31;
const END_OF_SEQUENCE = 36;
const END_OF_BITSTREAM = 37;

/**
 * Packets of HEVC. A decoder can start at every IDR, CRA and BLA picture. Leading pictures that refer to what was before such a
 * picture are not shown when the stream begins, or was cut, there.
 */
export class HevcPackets implements PacketReader {
  readonly intraOnly = false;
  readonly #lengthBytes: number;
  /** Whether leading pictures of the newest entry have lost what they refer to. */
  #cut = true;
  #ended = true;

  /** @param setup the decoder's setup data (`hvcC` or annex B), or null */
  constructor(setup: Buffer | null) {
    this.#lengthBytes = hasStartCodes(setup) || setup!.length < 22 ? 0 : (setup![21]! & 3) + 1;
  }

  read({ key, data }: PacketBytes): PacketFacts {
    let slice: number | null = null;
    let ends = false;
    for (const unit of nalUnits(data(), this.#lengthBytes)) {
      if (unit.length < 2 || ((unit[0]! & 1) << 5) + (unit[1]! >> 3) !== 0) continue;
      const kind = (unit[0]! >> 1) & 63;
      if (kind <= LAST_SLICE) slice ??= kind;
      ends ||= kind === END_OF_SEQUENCE || kind === END_OF_BITSTREAM;
    }
    if (slice === null) return UNKNOWN;
    const isCut = within(slice, BLA);
    const isEntry = isCut || within(slice, IDR) || slice === CRA;
    if (isEntry) {
      this.#cut = isCut || this.#ended;
      this.#ended = false;
    }
    if (ends) this.#ended = true;
    if (within(slice, RASL) && this.#cut) return HIDDEN;
    return isEntry && key ? ENTRY : PICTURE;
  }
}

function within(kind: number, { from, to }: { readonly from: number; readonly to: number }): boolean {
  return kind >= from && kind <= to;
}
