const CENTRAL_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_OF_DIRECTORY = 0x06054b50;
const END_BYTES = 22;
const STORED = 0;

/**
 * An uncompressed entry of a zip file, as MediaPipe's task bundles hold their models.
 * @throws RangeError when there is no such entry, TypeError when it is compressed or the bytes are no zip file
 */
export function readStoredZipEntry(zip: Uint8Array, name: string): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  let end = zip.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new TypeError('not a zip file');
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== CENTRAL_ENTRY) throw new TypeError('the zip directory is damaged');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    ) as [number, number, number];
    if (new TextDecoder().decode(zip.subarray(at + 46, at + 46 + nameBytes)) === name) {
      if (view.getUint16(at + 10, true) !== STORED) throw new TypeError(`${name} is compressed`);
      return contents(zip, view, view.getUint32(at + 42, true), view.getUint32(at + 24, true));
    }
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  throw new RangeError(`the zip file has no ${name}`);
}

function contents(zip: Uint8Array, view: DataView, local: number, bytes: number): Uint8Array {
  if (view.getUint32(local, true) !== LOCAL_ENTRY) throw new TypeError('the zip entry is damaged');
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  return zip.slice(start, start + bytes);
}
