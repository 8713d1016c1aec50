import { AV_FRAME_FLAG_CORRUPT, AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { CodecContext, FFmpegError, Frame, Packet } from 'node-av/lib';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { PacketFeed } from './packet-feed.ts';
import type { VideoFile } from './video-file.ts';

/** Threads of one decoder: it holds about as many pictures. More would take the cores that the plugins need. */
const DECODER_THREADS = 2;

/**
 * The pictures of a video in presentation order. The yielded frame is the same object each time, valid until the next pull.
 *
 * Stops at the first damage (a packet that cannot be read or decoded, a picture with concealed errors, a container that ends
 * before its index does): the whole pictures before it come out, then an error is thrown.
 *
 * @throws {FacefleetError} FF1104 when the decoder cannot start, FF1011 at damage
 */
export async function* decodePictures(file: VideoFile, path: string): AsyncGenerator<Frame, void, undefined> {
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
  if (opened < 0) throw new FacefleetError('FF1104', `${path}: ${FFmpegError.strerror(opened)}`);
  const feed = new PacketFeed(path, file, codec, packet);
  let clean = false;
  for (;;) {
    const status = await codec.receiveFrame(frame);
    if (status === AVERROR_EAGAIN) {
      await feed.sendNext();
      continue;
    }
    if (status === AVERROR_EOF || (status >= 0 && feed.mayFollowGap(frame))) break;
    if (status < 0) throw damaged(path, FFmpegError.strerror(status));
    const flawed = frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
    // A recording may begin between key pictures: only after a whole picture is a flawed one damage.
    if (flawed && clean) throw damaged(path, 'the picture has errors');
    clean ||= !flawed;
    yield frame;
    frame.unref();
  }
  if (feed.damage !== undefined) throw damaged(path, feed.damage);
}

function damaged(path: string, detail: string): FacefleetError {
  return new FacefleetError('FF1011', `${path}: ${detail}`);
}
