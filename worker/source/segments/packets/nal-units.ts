const START_CODE = Buffer.from([0, 0, 1]);

/**
 * The NAL units of a packet, without start codes or lengths. What does not fit ends them.
 *
 * @param lengthBytes size of the length before each unit (MP4, Matroska: 1 to 4), or 0 when they follow start codes (ITU-T H.264, annex B)
 */
export function* nalUnits(packet: Buffer, lengthBytes: number): Generator<Buffer> {
  if (lengthBytes === 0) {
    let at = packet.indexOf(START_CODE);
    while (at >= 0) {
      const next = packet.indexOf(START_CODE, at + 3);
      yield packet.subarray(at + 3, next >= 0 ? next : packet.length);
      at = next;
    }
    return;
  }
  for (let at = 0; at + lengthBytes <= packet.length; ) {
    const from = at + lengthBytes;
    const to = from + packet.readUIntBE(at, lengthBytes);
    if (to > packet.length) return;
    if (to > from) yield packet.subarray(from, to);
    at = to;
  }
}

/** Whether a decoder's setup data is in annex B form, or missing, so that packets have start codes. */
export function hasStartCodes(setup: Buffer | null): boolean {
  return setup === null || setup.length < 7 || setup[0] !== 1;
}
