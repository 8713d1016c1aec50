import {
  AV_CODEC_ID_AV1,
  AV_CODEC_ID_CFHD,
  AV_CODEC_ID_DNXHD,
  AV_CODEC_ID_DVVIDEO,
  AV_CODEC_ID_FFV1,
  AV_CODEC_ID_FFVHUFF,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_HUFFYUV,
  AV_CODEC_ID_JPEG2000,
  AV_CODEC_ID_MJPEG,
  AV_CODEC_ID_MPEG1VIDEO,
  AV_CODEC_ID_MPEG2VIDEO,
  AV_CODEC_ID_MPEG4,
  AV_CODEC_ID_PNG,
  AV_CODEC_ID_PRORES,
  AV_CODEC_ID_RAWVIDEO,
  AV_CODEC_ID_UTVIDEO,
  AV_CODEC_ID_V210,
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
  type AVCodecID,
} from 'node-av/constants';
import type { CodecParameters } from 'node-av/lib';
import { Av1Packets } from './av1-packets.ts';
import { H264Packets } from './h264-packets.ts';
import { HevcPackets } from './hevc-packets.ts';
import { Mpeg2Packets, Mpeg4Packets } from './mpeg-packets.ts';
import {
  ENTRY,
  type PacketBytes,
  type PacketFacts,
  type PacketReader,
  PICTURE,
  UNKNOWN,
} from './packet-reader.ts';
import { Vp8Packets, Vp9Packets } from './vpx-packets.ts';

type Open = (setup: Buffer | null) => PacketReader;

/** Packets that are a picture each; decoders can start at those that are marked as key pictures. */
class WholePackets implements PacketReader {
  readonly intraOnly: boolean;

  constructor(intraOnly: boolean) {
    this.intraOnly = intraOnly;
  }

  read({ sizeBytes, key }: PacketBytes): PacketFacts {
    if (sizeBytes === 0) return UNKNOWN;
    return key || this.intraOnly ? ENTRY : PICTURE;
  }
}

const INTRA_ONLY = [
  AV_CODEC_ID_CFHD,
  AV_CODEC_ID_DNXHD,
  AV_CODEC_ID_DVVIDEO,
  AV_CODEC_ID_FFVHUFF,
  AV_CODEC_ID_HUFFYUV,
  AV_CODEC_ID_JPEG2000,
  AV_CODEC_ID_MJPEG,
  AV_CODEC_ID_PNG,
  AV_CODEC_ID_PRORES,
  AV_CODEC_ID_RAWVIDEO,
  AV_CODEC_ID_UTVIDEO,
  AV_CODEC_ID_V210,
];

const READERS: ReadonlyMap<AVCodecID, Open> = new Map<AVCodecID, Open>([
  [AV_CODEC_ID_H264, (setup) => new H264Packets(setup)],
  [AV_CODEC_ID_HEVC, (setup) => new HevcPackets(setup)],
  [AV_CODEC_ID_VP8, () => new Vp8Packets()],
  [AV_CODEC_ID_VP9, () => new Vp9Packets()],
  [AV_CODEC_ID_AV1, () => new Av1Packets()],
  [AV_CODEC_ID_MPEG1VIDEO, () => new Mpeg2Packets()],
  [AV_CODEC_ID_MPEG2VIDEO, () => new Mpeg2Packets()],
  [AV_CODEC_ID_MPEG4, () => new Mpeg4Packets()],
  [AV_CODEC_ID_FFV1, () => new WholePackets(false)],
  ...INTRA_ONLY.map((id): [AVCodecID, Open] => [id, () => new WholePackets(true)]),
]);

/** How the packets of a stream are read, or null for a codec of which nobody knows here how packets become pictures. */
export function packetReaderOf(stream: CodecParameters): PacketReader | null {
  return READERS.get(stream.codecId)?.(stream.extradata) ?? null;
}
