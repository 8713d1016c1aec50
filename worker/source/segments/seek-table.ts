import type { SeekPoint } from './seek-point.ts';

/** What is known of a packet without decoding it. */
export interface ScannedPacket {
  readonly pts: number | null;
  readonly dts: number | null;
  readonly sizeBytes: number;
  /** How many pictures it gives, 0 when it is hidden or cut off by an edit list; null when unknown. */
  readonly pictures: 0 | 1 | null;
  /** Whether a decoder can start here. */
  readonly entry: boolean;
}

/** Points that are closer than so many pictures to the last one are left out. */
const MIN_GAP = 8;

/** An entry whose leading pictures (decoded after it, shown before it) are still being counted. */
interface OpenEntry {
  readonly at: Omit<SeekPoint, 'picture'>;
  readonly picturesBefore: number;
  leading: number;
}

/**
 * Numbers the pictures of a video from its packets as they come, in the order they are decoded, and finds where a decoder can start.
 * Memory: the points alone.
 *
 * The number of an entry is that of the pictures decoded before it plus its leading ones. This holds when every entry is shown
 * after all that was decoded before it, and its leading pictures between the entry before and itself; a stream that breaks these rules has no points.
 */
export class SeekTable {
  readonly #points: SeekPoint[] = [];
  #trouble: string | null = null;
  #packets = 0;
  #pictures = 0;
  #firstPts: number | null = null;
  #latestPts = Number.NEGATIVE_INFINITY;
  #entryBeforePts = Number.NEGATIVE_INFINITY;
  #entry: OpenEntry | null = null;
  #oddHead = false;

  /** Why the video has no points; null while it may have some. */
  get trouble(): string | null {
    return this.#trouble;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Pictures so far; those of packets that do not tell count as one. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Whether every packet so far gives a picture. */
  get isPlain(): boolean {
    return this.#trouble === null && !this.#oddHead && this.#pictures === this.#packets;
  }

  /** The time of the picture that is shown first; null when none has a time. */
  get firstPts(): number | null {
    return this.#firstPts;
  }

  /**
   * Whether the packets do not tell the pictures before the second entry: the stream begins between entries, or the first one has leading
   * pictures.
   */
  get oddHead(): boolean {
    return this.#oddHead;
  }

  add(packet: ScannedPacket): void {
    const number = this.#packets++;
    if (packet.pictures === 0) {
      if (number === 0) this.#oddHead = true;
      return;
    }
    if (packet.pts !== null) this.#firstPts = Math.min(packet.pts, this.#firstPts ?? packet.pts);
    this.#place(packet, number);
    this.#pictures += 1;
  }

  /** The points found, ascending; call once, at the end, before anything is asked. */
  finish(): readonly SeekPoint[] {
    this.#close();
    if (this.#entry === null) this.#trouble ??= 'no place where a decoder can start is known';
    return this.#trouble === null ? this.#points : [];
  }

  #place({ pts, dts, sizeBytes, pictures, entry }: ScannedPacket, number: number): void {
    if (this.#trouble !== null) return;
    if (this.#entry === null && !entry) {
      this.#oddHead = true;
      this.#latestPts = Math.max(this.#latestPts, pts ?? this.#latestPts);
      return;
    }
    if (pictures === null) this.#trouble = 'a packet does not tell its pictures';
    else if (pts === null) this.#trouble = 'a picture has no time';
    else if (entry) this.#open(pts, { packet: number, pts, dts, sizeBytes });
    else this.#follow(pts);
  }

  #open(pts: number, at: OpenEntry['at']): void {
    this.#close();
    if (pts <= this.#latestPts) this.#trouble = 'its times go back';
    this.#entryBeforePts = this.#entry?.at.pts ?? Number.NEGATIVE_INFINITY;
    this.#entry = { at, picturesBefore: this.#pictures, leading: 0 };
    this.#latestPts = pts;
  }

  #follow(pts: number): void {
    const entry = this.#entry!;
    if (pts > entry.at.pts) this.#latestPts = Math.max(this.#latestPts, pts);
    else if (pts === entry.at.pts || pts <= this.#entryBeforePts) this.#trouble = 'its times go back';
    else {
      if (entry.picturesBefore === 0) this.#oddHead = true;
      entry.leading += 1;
    }
  }

  /** The beginning of the video is no point: a decoder starts there anyway. */
  #close(): void {
    if (this.#entry === null) return;
    const { at, picturesBefore, leading } = this.#entry;
    const picture = picturesBefore + leading;
    if (picturesBefore > 0 && picture - (this.#points.at(-1)?.picture ?? 0) >= MIN_GAP)
      this.#points.push({ picture, ...at });
  }
}
