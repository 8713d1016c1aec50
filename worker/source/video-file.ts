import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_LOG_QUIET,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { type Codec, Dictionary, FFmpegError, FormatContext, Log, type Stream } from 'node-av/lib';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Limits } from './limits.ts';

// The library's own lines on stderr would mix with ours; what matters is in the thrown errors.
Log.setLevel(AV_LOG_QUIET);

/**
 * Containers that are read. Left out are formats that are lists of other files or addresses (HLS, concat, DASH, image
 * sequences): a video from elsewhere must not make the reader open anything but itself.
 */
const CONTAINERS = [
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,asf,mpeg,mpegts,mpegvideo,h264,hevc,m4v,mxf,ogg,ivf,nut,dv',
].join(',');

/** An open container with its video stream. */
export interface VideoFile {
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly decoder: Codec;
}

/**
 * Opens a video file and finds its main video stream; packets of other streams are dropped while reading.
 *
 * @throws {FacefleetError} FF1104 when it is no video, has no video stream, its codec is unknown, or its pictures have
 * more than `maxPixels`
 */
export async function openVideoFile(path: string, limits: Pick<Limits, 'maxPixels'>): Promise<VideoFile> {
  const format = new FormatContext();
  using options = Dictionary.fromObject({ protocol_whitelist: 'file', format_whitelist: CONTAINERS });
  // "file:" keeps a name such as "a:b.mp4" from being read as an address.
  check(await format.openInput(`file:${path}`, null, options), path);
  try {
    check(await format.findStreamInfo(), path);
    const { streamIndex, decoder } = format.findBestStream(AVMEDIA_TYPE_VIDEO, -1, -1, true);
    const streams = format.streams;
    const stream = streams.find((candidate) => candidate.index === streamIndex);
    if (stream === undefined || (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0)
      throw new FacefleetError('FF1104', `${path} has no video stream`);
    if (decoder === null) throw new FacefleetError('FF1104', `${path}: no decoder for its codec`);
    const { width, height } = stream.codecpar;
    if (width * height > limits.maxPixels)
      throw new FacefleetError(
        'FF1104',
        `${path}: ${width}×${height}, the limit is ${limits.maxPixels} pixels`,
      );
    for (const other of streams) if (other.index !== streamIndex) other.discard = AVDISCARD_ALL;
    return { format, stream, decoder };
  } catch (thrown) {
    await format.closeInput();
    throw thrown;
  }
}

function check(status: number, path: string): void {
  if (status < 0) throw new FacefleetError('FF1104', `${path}: ${FFmpegError.strerror(status)}`);
}
