import { AV_NOPTS_VALUE, AV_PKT_FLAG_CORRUPT } from 'node-av/constants';
import { type CodecContext, FFmpegError, type Frame, type Packet } from 'node-av/lib';
import { flawAtEnd } from './segments/flaw-at-end.ts';
import type { SeekPoint } from './segments/seek-point.ts';
import { seekTo } from './segments/seek-to.ts';
import type { VideoFile } from './video-file.ts';

/** Brings the packets of one stream to its decoder, up to the end or the first damage; then lets the decoder run dry. */
export class PacketFeed {
  /** What is wrong with the container, once something is. */
  damage: string | undefined;
  /** Whether packets that the decoder refuses are passed over: until the first picture comes out. */
  mayStumble = true;
  /** The first refusal that was passed over. */
  stumble: string | undefined;
  readonly #file: VideoFile;
  readonly #codec: CodecContext;
  readonly #packet: Packet;
  readonly #from: SeekPoint | null;
  readonly #step: number;
  readonly #streamIndex: number;
  /** Packets of the stream up to here, from the beginning of the video. */
  #packets: number;
  /** Whether `#packet` holds the next packet already. */
  #isHeld = false;
  /** Decoding time of the newest packet. Pictures of all later packets are shown at or after it. */
  #newestDts: bigint = AV_NOPTS_VALUE;

  /**
   * @param from where to begin, after `seek`; null for where the file stands
   * @param step of a video whose packets are one picture each and need no other: only every so many are decoded
   */
  constructor(file: VideoFile, codec: CodecContext, packet: Packet, from: SeekPoint | null, step: number) {
    this.#file = file;
    this.#codec = codec;
    this.#packet = packet;
    this.#from = from;
    this.#step = step;
    this.#packets = from?.packet ?? 0;
    this.#streamIndex = file.stream.index;
  }

  /** Goes to the point where to begin. @returns false when it is not found again */
  async seek(signal?: AbortSignal): Promise<boolean> {
    if (this.#from !== null) this.#isHeld = await seekTo(this.#file, this.#from, this.#packet, signal);
    return this.#from === null || this.#isHeld;
  }

  /** Sends the next packet, or the end; call when the decoder asks for input. */
  async sendNext(): Promise<void> {
    const packet = this.#packet;
    for (;;) {
      const status = this.#isHeld ? 0 : await this.#file.format.readFrame(packet);
      this.#isHeld = false;
      if (status < 0) return this.#end(await flawAtEnd(this.#file, status, this.#packets));
      try {
        if (packet.streamIndex !== this.#streamIndex) continue;
        this.#newestDts = packet.dts;
        const flags: number = packet.flags;
        if ((flags & AV_PKT_FLAG_CORRUPT) !== 0) return await this.#end('a packet is cut or damaged');
        const number = this.#packets++;
        if (number % this.#step !== 0) continue;
        const sent = await this.#codec.sendPacket(packet);
        if (sent < 0) {
          this.stumble ??= FFmpegError.strerror(sent);
          if (!this.mayStumble) return await this.#end(FFmpegError.strerror(sent));
        }
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

  async #end(damage: string | undefined): Promise<void> {
    this.damage = damage;
    await this.#codec.sendPacket(null);
  }
}
