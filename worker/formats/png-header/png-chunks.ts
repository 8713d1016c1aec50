import { crc32 } from 'node:zlib';
import { FacefleetError } from '../../errors/facefleet-error.ts';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
/** Length, type and CRC. */
const FRAME_BYTES = 12;

/** A chunk of a PNG (PNG specification, 5.3). */
export interface PngChunk {
  /** Four letters. */
  readonly type: string;
  /** Of its length field in the file. */
  readonly offset: number;
  /** With length, type and CRC. */
  readonly totalBytes: number;
  /** A view of its data. */
  readonly data: Uint8Array;
}

/**
 * The chunks of a PNG up to and with the first IDAT, whose data are not looked at.
 * @param where names the file in errors
 * @throws FacefleetError FF1201 when it is no PNG, a chunk before the IDAT is cut short or has a wrong CRC, or there is no IDAT
 */
export function* chunksToImage(png: Uint8Array, where: string): Generator<PngChunk> {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  if (!SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length))) throw fault(where, 'it is no PNG');
  for (let offset = SIGNATURE.length; ; ) {
    if (offset + FRAME_BYTES > bytes.length) throw fault(where, 'it ends before the image data');
    const length = bytes.readUInt32BE(offset);
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    const totalBytes = FRAME_BYTES + length;
    const data = png.subarray(offset + 8, offset + 8 + length);
    if (type !== 'IDAT') {
      if (offset + totalBytes > bytes.length) throw fault(where, `byte ${offset}: a chunk is cut short`);
      if (crc32(bytes.subarray(offset + 4, offset + 8 + length)) !== bytes.readUInt32BE(offset + 8 + length))
        throw fault(where, `byte ${offset}: a chunk has a wrong CRC`);
    }
    yield { type, offset, totalBytes, data };
    if (type === 'IDAT') return;
    offset += totalBytes;
  }
}

/** The bytes of a chunk. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = Buffer.alloc(FRAME_BYTES + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

function fault(where: string, text: string): FacefleetError {
  return new FacefleetError('FF1201', `${where}: ${text}`);
}
