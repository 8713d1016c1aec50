import type { OutgoingSegment } from './outgoing.ts';

/** Which frames of a segment are still missing: one bit a frame. */
export class SegmentUnderway {
  readonly segment: OutgoingSegment;
  /** How often it was sent. */
  sends = 0;
  /** When the bus took it last, performance.now(); null while it is being sent. */
  sentMs: number | null = null;
  #endIndex: number;
  #isOpen: boolean;
  #missing = 0;
  /** Bit i: the segment's i-th frame is not waited for. */
  #ended: Uint8Array;

  constructor(segment: OutgoingSegment) {
    this.segment = segment;
    const { firstIndex, endIndex, isOpen } = segment;
    this.#isOpen = isOpen;
    this.#endIndex = endIndex;
    this.#ended = new Uint8Array(Math.ceil((endIndex - firstIndex) / 8));
    for (let index = firstIndex; index < endIndex; index++) {
      if (segment.isWanted(index)) this.#missing += 1;
      else this.#setEnded(index);
    }
  }

  /** Whether nothing more is waited for. */
  get isOver(): boolean {
    return this.#missing === 0 && !this.#isOpen;
  }

  /** Whether a frame belongs to it and is waited for, or may turn out to belong to it. */
  misses(index: number): boolean {
    if (index < this.segment.firstIndex || (index >= this.#endIndex && !this.#isOpen)) return false;
    return !this.#hasEnded(index);
  }

  /** A frame that it misses is not waited for any more. */
  end(index: number): void {
    this.#extend(index + 1);
    this.#setEnded(index);
    this.#missing -= 1;
  }

  /** The video has no frames from this index on, and all before it. */
  cut(endIndex: number): void {
    if (this.#isOpen) this.#extend(endIndex);
    this.#isOpen = false;
    const from = Math.max(endIndex, this.segment.firstIndex);
    for (let index = from; index < this.#endIndex; index++) if (this.misses(index)) this.end(index);
    this.#endIndex = Math.min(this.#endIndex, from);
  }

  #extend(endIndex: number): void {
    if (endIndex <= this.#endIndex) return;
    this.#missing += endIndex - this.#endIndex;
    this.#endIndex = endIndex;
  }

  #hasEnded(index: number): boolean {
    const i = index - this.segment.firstIndex;
    return (((this.#ended[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;
  }

  #setEnded(index: number): void {
    const i = index - this.segment.firstIndex;
    if (i >> 3 >= this.#ended.length) {
      const larger = new Uint8Array(2 * (i >> 3) + 1);
      larger.set(this.#ended);
      this.#ended = larger;
    }
    this.#ended[i >> 3]! |= 1 << (i & 7);
  }
}
