/** Tags of the places and sizes of the pixel data: strips, then tiles. */
const OFFSETS = new Set([273, 324]);
const BYTE_COUNTS = new Set([279, 325]);
const SHORT = 3;
const LONG = 4;

/**
 * Whether a TIFF's first image directory, or pixel data that it points to, lies beyond the end of the file. libtiff only warns
 * about missing strips and leaves them black. Layout: TIFF 6.0, section 2; a BigTIFF is not looked into.
 *
 * @param bytes the whole file, starting with a TIFF signature
 */
export function tiffIsCut(bytes: Buffer): boolean {
  if (bytes.length < 8) return true;
  const little = bytes[0] === 0x49;
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (u16(2) !== 42) return false;
  const directoryAt = u32(4);
  if (directoryAt + 2 > bytes.length) return true;
  const entries = u16(directoryAt);
  if (directoryAt + 2 + entries * 12 > bytes.length) return true;

  let offsets: number[] = [];
  let byteCounts: number[] = [];
  for (let at = directoryAt + 2; at < directoryAt + 2 + entries * 12; at += 12) {
    const tag = u16(at);
    if (!OFFSETS.has(tag) && !BYTE_COUNTS.has(tag)) continue;
    const values = readValues(at);
    if (values === undefined) return true;
    if (OFFSETS.has(tag)) offsets = values;
    else byteCounts = values;
  }
  return offsets.some((offset, i) => offset + (byteCounts[i] ?? 0) > bytes.length);

  /** The numbers of one entry; undefined when they lie beyond the end. */
  function readValues(entryAt: number): number[] | undefined {
    const type = u16(entryAt + 2);
    if (type !== SHORT && type !== LONG) return [];
    const count = u32(entryAt + 4);
    const width = type === SHORT ? 2 : 4;
    const from = count * width <= 4 ? entryAt + 8 : u32(entryAt + 8);
    if (from + count * width > bytes.length) return undefined;
    return Array.from({ length: count }, (_, i) => (width === 2 ? u16(from + i * 2) : u32(from + i * 4)));
  }
}
