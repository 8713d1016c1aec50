import { AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import type { Packet } from 'node-av/lib';
import type { VideoFile } from '../video-file.ts';
import type { SeekPoint } from './seek-point.ts';

/** How far before the point to seek, in seconds: demuxers may land after the time they are given. */
const EARLIER_SECONDS = [0, 1, 10, 100, Number.POSITIVE_INFINITY];

/**
 * Goes to a point of a video: reads on from where the demuxer lands until the very packet of the point, which lies in `packet`
 * afterwards. Where the demuxer lands after it, it is sent further back.
 *
 * @returns false when the packet is not found
 * @throws the signal's reason when aborted; what the place could not be read with
 */
export async function seekTo(
  file: VideoFile,
  point: SeekPoint,
  packet: Packet,
  signal?: AbortSignal,
): Promise<boolean> {
  const { format, stream } = file;
  const { num, den } = stream.timeBase;
  const target = Math.min(point.dts ?? point.pts, point.pts);
  const start = Math.min(0, Number(stream.startTime) || 0, target);
  for (const seconds of EARLIER_SECONDS) {
    const earlier = Math.max(start, Math.floor(target - (seconds * den) / num));
    const status = await format.seekFrame(stream.index, BigInt(earlier), AVSEEK_FLAG_BACKWARD);
    file.checkPlace();
    if (status >= 0 && (await readUpTo(file, point, packet, signal))) return true;
    if (earlier === start) return false;
  }
  return false;
}

/** Reads up to the point's packet. @returns false when it was passed, or the end was reached */
async function readUpTo(
  file: VideoFile,
  { pts, sizeBytes }: SeekPoint,
  packet: Packet,
  signal?: AbortSignal,
): Promise<boolean> {
  for (;;) {
    signal?.throwIfAborted();
    const status = await file.format.readFrame(packet);
    file.checkPlace();
    if (status < 0) return false;
    if (packet.streamIndex === file.stream.index && packet.isKeyframe) {
      const at = Number(packet.pts);
      if (at === pts && packet.size === sizeBytes) return true;
      if (at > pts) {
        packet.unref();
        return false;
      }
    }
    packet.unref();
  }
}
