import { AV_FRAME_FLAG_CORRUPT, AV_NOPTS_VALUE, AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { CodecContext, FFmpegError, Frame, Packet } from 'node-av/lib';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { PacketFeed } from './packet-feed.ts';
import { PointLost, type SeekPoint } from './segments/seek-point.ts';
import type { VideoFile } from './video-file.ts';
import { placeText } from './video-place.ts';

/** Threads of one decoder: it holds about as many pictures. More would take the cores that the plugins need. */
const DECODER_THREADS = 2;

export interface PicturesOptions {
  /** Where to begin: the first picture is that of the point. Null, the default: where the file stands, at its beginning. */
  readonly from?: SeekPoint | null;
  /** Of a video whose pictures are decoded alone (`VideoScan.intraOnly`): only those whose number it divides come out. */
  readonly step?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The pictures of a video in presentation order. The yielded frame is the same object each time, valid until the next pull.
 *
 * Stops at the first damage (a packet that cannot be read or decoded, a picture with concealed errors, a container that ends
 * before its index does): the whole pictures before it come out, then an error is thrown. What cannot be decoded before the first
 * picture is passed over: a recording may begin between key pictures.
 *
 * @throws {FacefleetError} FF1104 when the decoder cannot start, FF1011 at damage
 * @throws {PointLost}
 */
export async function* decodePictures(
  file: VideoFile,
  { from = null, step = 1, signal }: PicturesOptions = {},
): AsyncGenerator<Frame, void, undefined> {
  using codec = new CodecContext();
  using packet = new Packet();
  using frame = new Frame();
  packet.alloc();
  frame.alloc();
  codec.allocContext3(file.decoder);
  codec.parametersToContext(file.stream.codecpar);
  codec.pktTimebase = file.stream.timeBase;
  codec.threadCount = DECODER_THREADS;
  const opened = await codec.open2(file.decoder);
  if (opened < 0)
    throw new FacefleetError('FF1104', `${placeText(file.place)}: ${FFmpegError.strerror(opened)}`);
  const feed = new PacketFeed(file, codec, packet, from, step);
  if (!(await feed.seek(signal))) throw new PointLost();
  let clean = from !== null;
  // a picture that is decoded alone has no leading ones
  let awaited = step > 1 ? null : from;
  let failure: string | undefined;
  for (;;) {
    const status = await codec.receiveFrame(frame);
    if (status === AVERROR_EAGAIN) {
      await feed.sendNext();
      continue;
    }
    if (status === AVERROR_EOF || (status >= 0 && feed.mayFollowGap(frame))) break;
    if (status < 0) {
      failure ??= FFmpegError.strerror(status);
      if (!feed.mayStumble) throw damaged(file, failure);
      continue;
    }
    if (awaited !== null && isBefore(frame, awaited)) {
      frame.unref();
      continue;
    }
    if (awaited !== null && frame.pts !== BigInt(awaited.pts)) break;
    awaited = null;
    feed.mayStumble = false;
    const flawed = frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
    // In such a beginning pictures have errors, too: only after a whole one is a flawed one damage.
    if (flawed && clean) throw damaged(file, 'the picture has errors');
    clean ||= !flawed;
    yield frame;
    frame.unref();
  }
  const flaw = feed.damage ?? (feed.mayStumble ? (failure ?? feed.stumble) : undefined);
  if (flaw !== undefined) throw damaged(file, flaw);
  if (awaited !== null) throw damaged(file, 'a key picture cannot be decoded');
}

function isBefore({ pts }: Frame, point: SeekPoint): boolean {
  return pts !== AV_NOPTS_VALUE && pts < BigInt(point.pts);
}

function damaged({ place }: VideoFile, detail: string): FacefleetError {
  return new FacefleetError('FF1011', `${placeText(place)}: ${detail}`);
}
