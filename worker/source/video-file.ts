import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_LOG_QUIET,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { type Codec, Dictionary, FFmpegError, FormatContext, Log, type Stream } from 'node-av/lib';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Limits } from './limits.ts';
import { StoredVideo } from './stored-video.ts';
import { placeBytes, placeText, type VideoPlace } from './video-place.ts';

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
  readonly place: VideoPlace;
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly decoder: Codec;
  /** Whether packets can be read synchronously. */
  readonly isLocal: boolean;
  /** Throws what reading the place failed with, when it did: that is no damage of the video. */
  checkPlace(): void;
  close(): Promise<void>;
}

/**
 * Opens a video and finds its main video stream; packets of other streams are dropped while reading.
 *
 * @throws {FacefleetError} FF1104 when it is no video, has no video stream, its codec is unknown, or its pictures have
 * more than `maxPixels`; of an object what `placeBytes` and `Store.get` throw
 */
export async function openVideoFile(
  place: VideoPlace,
  limits: Pick<Limits, 'maxPixels'>,
): Promise<VideoFile> {
  const format = new FormatContext();
  const stored = typeof place === 'string' ? null : new StoredVideo(place, await placeBytes(place));
  const checkPlace = (): void => {
    if (stored?.failure !== undefined) throw stored.failure;
  };
  const close = async (): Promise<void> => {
    if (stored !== null) format.pb = null;
    await format.closeInput();
    stored?.io.freeContext();
  };
  const check = (status: number): void => {
    checkPlace();
    if (status < 0) throw refused(place, FFmpegError.strerror(status));
  };
  try {
    using options = Dictionary.fromObject({ protocol_whitelist: 'file', format_whitelist: CONTAINERS });
    if (stored !== null) {
      format.allocContext();
      format.pb = stored.io;
    }
    // "file:" keeps a name such as "a:b.mp4" from being read as an address.
    check(await format.openInput(typeof place === 'string' ? `file:${place}` : '', null, options));
    check(await format.findStreamInfo());
    return {
      place,
      format,
      ...mainStream(format, place, limits),
      isLocal: stored === null,
      checkPlace,
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Finds the main video stream, and has the packets of all others dropped. */
function mainStream(
  format: FormatContext,
  place: VideoPlace,
  limits: Pick<Limits, 'maxPixels'>,
): Pick<VideoFile, 'stream' | 'decoder'> {
  const { streamIndex, decoder } = format.findBestStream(AVMEDIA_TYPE_VIDEO, -1, -1, true);
  const streams = format.streams;
  const stream = streams.find((candidate) => candidate.index === streamIndex);
  if (stream === undefined || (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0)
    throw new FacefleetError('FF1104', `${placeText(place)} has no video stream`);
  if (decoder === null) throw refused(place, 'no decoder for its codec');
  const { width, height } = stream.codecpar;
  if (width * height > limits.maxPixels)
    throw refused(place, `${width}×${height}, the limit is ${limits.maxPixels} pixels`);
  for (const other of streams) if (other.index !== streamIndex) other.discard = AVDISCARD_ALL;
  return { stream, decoder };
}

function refused(place: VideoPlace, detail: string): FacefleetError {
  return new FacefleetError('FF1104', `${placeText(place)}: ${detail}`);
}
