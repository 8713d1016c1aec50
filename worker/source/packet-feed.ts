import { stat } from 'node:fs/promises';
import { AV_NOPTS_VALUE, AV_PKT_FLAG_CORRUPT, AVERROR_EOF } from 'node-av/constants';
import { type CodecContext, FFmpegError, type Frame, type Packet } from 'node-av/lib';
import { matroskaEnd } from './matroska-end.ts';
import type { VideoFile } from './video-file.ts';

/** The demuxer whose containers list every sample in their header, so that a shorter stream is a cut one. */
const INDEXED = 'mov,mp4,m4a,3gp,3g2,mj2';

/** Brings the packets of one stream to its decoder, up to the end or the first damage; then lets the decoder run dry. */
export class PacketFeed {
  /** What is wrong with the container, once something is. */
  damage: string | undefined;
  readonly #path: string;
  readonly #file: VideoFile;
  readonly #codec: CodecContext;
  readonly #packet: Packet;
  readonly #streamIndex: number;
  #sent = 0;
  /** Decoding time of the newest packet. Pictures of all later packets are shown at or after it. */
  #newestDts: bigint = AV_NOPTS_VALUE;

  constructor(path: string, file: VideoFile, codec: CodecContext, packet: Packet) {
    this.#path = path;
    this.#file = file;
    this.#codec = codec;
    this.#packet = packet;
    this.#streamIndex = file.stream.index;
  }

  /** Sends the next packet, or the end; call when the decoder asks for input. */
  async sendNext(): Promise<void> {
    const packet = this.#packet;
    for (;;) {
      const status = await this.#file.format.readFrame(packet);
      if (status < 0) return this.#end(await this.#flawAtEnd(status));
      try {
        if (packet.streamIndex !== this.#streamIndex) continue;
        this.#newestDts = packet.dts;
        const flags: number = packet.flags;
        if ((flags & AV_PKT_FLAG_CORRUPT) !== 0) return await this.#end('a packet is cut or damaged');
        const sent = await this.#codec.sendPacket(packet);
        if (sent < 0) return await this.#end(FFmpegError.strerror(sent));
        this.#sent += 1;
        return;
      } finally {
        packet.unref();
      }
    }
  }

  /**
   * Whether a picture may come after one that the damage took away: pictures are stored in another order than they are
   * shown, so what the decoder still holds may lie beyond the gap.
   */
  mayFollowGap(picture: Frame): boolean {
    if (this.damage === undefined) return false;
    return (
      picture.pts === AV_NOPTS_VALUE || this.#newestDts === AV_NOPTS_VALUE || picture.pts > this.#newestDts
    );
  }

  async #flawAtEnd(status: number): Promise<string | undefined> {
    if (status !== AVERROR_EOF) return FFmpegError.strerror(status);
    const { format, stream } = this.#file;
    const announced = format.iformat?.name === INDEXED ? Number(stream.nbFrames) : 0;
    if (this.#sent < announced) return `${announced} pictures are announced, ${this.#sent} are there`;
    const [end, { size }] = await Promise.all([matroskaEnd(this.#path), stat(this.#path)]);
    return end !== null && size < end ? `${end} bytes are announced, ${size} are there` : undefined;
  }

  async #end(damage: string | undefined): Promise<void> {
    this.damage = damage;
    await this.#codec.sendPacket(null);
  }
}
