import { setImmediate as nextTurn } from 'node:timers/promises';
import { AV_PKT_FLAG_CORRUPT, AV_PKT_FLAG_DISCARD } from 'node-av/constants';
import { Packet } from 'node-av/lib';
import type { Limits } from './limits.ts';
import { openVideoFile } from './video-file.ts';

/** Reading a packet takes microseconds; other work gets its turn after this long. */
const SLICE_MS = 5;

/**
 * Counts the pictures of a video by reading its packets without decoding them, up to the end or the first damage. Packets
 * that an edit list cuts off are not counted.
 *
 * @throws {FacefleetError} FF1104
 */
export async function countPictures(path: string, limits: Pick<Limits, 'maxPixels'>): Promise<number> {
  const { format, stream } = await openVideoFile(path, limits);
  using packet = new Packet();
  packet.alloc();
  const streamIndex = stream.index;
  let count = 0;
  try {
    let sliceEnd = performance.now() + SLICE_MS;
    while (format.readFrameSync(packet) >= 0) {
      const flags: number = packet.flags;
      if (packet.streamIndex === streamIndex && (flags & (AV_PKT_FLAG_DISCARD | AV_PKT_FLAG_CORRUPT)) === 0)
        count += 1;
      packet.unref();
      if (performance.now() < sliceEnd) continue;
      await nextTurn();
      sliceEnd = performance.now() + SLICE_MS;
    }
    return count;
  } finally {
    await format.closeInput();
  }
}
