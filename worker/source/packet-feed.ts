import { AV_PKT_FLAG_CORRUPT, AVERROR_EOF } from 'node-av/constants';
import { type CodecContext, FFmpegError, type FormatContext, type Packet, type Stream } from 'node-av/lib';

/** Containers whose header lists every sample, so that a shorter stream is a cut one. */
const INDEXED = 'mov,mp4,m4a,3gp,3g2,mj2';

/** Brings the packets of one stream to its decoder, up to the end or the first damage; then lets the decoder run dry. */
export class PacketFeed {
  /** What is wrong with the container, once something is. */
  damage: string | undefined;
  readonly #format: FormatContext;
  readonly #codec: CodecContext;
  readonly #packet: Packet;
  readonly #streamIndex: number;
  /** Samples that the container's index announces, 0 when it has none. */
  readonly #announced: number;
  #sent = 0;

  constructor(format: FormatContext, codec: CodecContext, packet: Packet, stream: Stream) {
    this.#format = format;
    this.#codec = codec;
    this.#packet = packet;
    this.#streamIndex = stream.index;
    this.#announced = format.iformat?.name === INDEXED ? Number(stream.nbFrames) : 0;
  }

  /** Sends the next packet, or the end; call when the decoder asks for input. */
  async sendNext(): Promise<void> {
    const packet = this.#packet;
    for (;;) {
      const status = await this.#format.readFrame(packet);
      if (status < 0) return this.#end(this.#flawAtEnd(status));
      try {
        if (packet.streamIndex !== this.#streamIndex) continue;
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

  #flawAtEnd(status: number): string | undefined {
    if (status !== AVERROR_EOF) return FFmpegError.strerror(status);
    return this.#sent < this.#announced
      ? `${this.#announced} pictures are announced, ${this.#sent} are there`
      : undefined;
  }

  async #end(damage: string | undefined): Promise<void> {
    this.damage = damage;
    await this.#codec.sendPacket(null);
  }
}
