/** What a packet's bytes say about the pictures that a decoder makes of it. */
export interface PacketFacts {
  /** How many pictures come out; null when the bytes do not tell. */
  readonly pictures: 0 | 1 | null;
  /** Whether a decoder that starts here makes the same pictures, from this one on in the order they are shown. */
  readonly entry: boolean;
}

/** The bytes of one packet, fetched when they are asked for. */
export interface PacketBytes {
  readonly sizeBytes: number;
  /** Whether the container or the parser takes it for a key picture. */
  readonly key: boolean;
  data(): Buffer;
}

/** Reads the packets of one stream, in the order they are decoded. */
export interface PacketReader {
  /** Whether every packet is a picture of its own that needs no other. */
  readonly intraOnly: boolean;
  read(packet: PacketBytes): PacketFacts;
}

export const UNKNOWN: PacketFacts = { pictures: null, entry: false };
export const HIDDEN: PacketFacts = { pictures: 0, entry: false };
export const PICTURE: PacketFacts = { pictures: 1, entry: false };
export const ENTRY: PacketFacts = { pictures: 1, entry: true };
