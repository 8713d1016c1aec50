import { AVERROR_EOF } from 'node-av/constants';
import { FFmpegError } from 'node-av/lib';
import { matroskaEnd } from '../matroska-end.ts';
import type { VideoFile } from '../video-file.ts';
import { placeBytes } from '../video-place.ts';

/** The demuxer whose containers list every sample in their header, so that a shorter stream is a cut one. */
const INDEXED = 'mov,mp4,m4a,3gp,3g2,mj2';

/**
 * What is wrong with a container that gives no more packets; undefined when it is at its proper end.
 *
 * @param status what reading the next packet came to
 * @param packets how many packets of the stream there were from its beginning
 */
export async function flawAtEnd(
  file: VideoFile,
  status: number,
  packets: number,
): Promise<string | undefined> {
  file.checkPlace();
  if (status !== AVERROR_EOF) return FFmpegError.strerror(status);
  const { format, stream, place } = file;
  const announced = format.iformat?.name === INDEXED ? Number(stream.nbFrames) : 0;
  if (packets < announced) return `${announced} pictures are announced, ${packets} are there`;
  const [end, bytes] = await Promise.all([matroskaEnd(place), placeBytes(place)]);
  return end !== null && bytes < end ? `${end} bytes are announced, ${bytes} are there` : undefined;
}
