import type { Outgoing, OutgoingSegment } from './outgoing.ts';
import { SegmentUnderway } from './segment-underway.ts';

/** A frame that was sent, or is about to be. */
export interface OnItsWay {
  readonly frame: Outgoing;
  failedAttempts: number;
  /** How often it was sent alone. */
  sends: number;
  /** When the bus took it last, performance.now(); null while it is being sent, and for one that is made from a segment. */
  sentMs: number | null;
  /** Keys in the output of what is not needed any more when it has ended. */
  readonly temporaries: string[];
}

/** The frames of a pass that have gone out and not ended. Of those in segments it holds a bit each. */
export class Underway {
  readonly #alone = new Map<number, OnItsWay>();
  readonly #segments = new Set<SegmentUnderway>();
  #endIndex: number | null = null;

  get isEmpty(): boolean {
    return this.#alone.size === 0 && this.#segments.size === 0;
  }

  add(frame: Outgoing): OnItsWay {
    const entry = newEntry(frame);
    this.#alone.set(frame.index, entry);
    return entry;
  }

  addSegment(segment: OutgoingSegment): SegmentUnderway {
    const underway = new SegmentUnderway(segment);
    this.#segments.add(underway);
    if (this.#endIndex !== null) underway.cut(this.#endIndex);
    this.#dropOver();
    return underway;
  }

  /** The frame with this index, if it has not ended. */
  find(index: number): OnItsWay | undefined {
    const alone = this.#alone.get(index);
    if (alone !== undefined) return alone;
    const segment = this.#segmentOf(index)?.segment;
    return segment && newEntry(segment.frame(index));
  }

  /** A frame that was found goes on alone: it is sent again. */
  keepAlone(entry: OnItsWay): void {
    this.#segmentOf(entry.frame.index)?.end(entry.frame.index);
    this.#alone.set(entry.frame.index, entry);
    this.#dropOver();
  }

  /** The frame has ended. */
  end(index: number): void {
    if (!this.#alone.delete(index)) this.#segmentOf(index)?.end(index);
    this.#dropOver();
  }

  /** The video has no frames from this index on, and all before it. */
  cut(endIndex: number): void {
    this.#endIndex = endIndex;
    for (const index of this.#alone.keys()) if (index >= endIndex) this.#alone.delete(index);
    for (const segment of this.#segments) segment.cut(endIndex);
    this.#dropOver();
  }

  /** What the bus took before a moment. */
  sentBefore(ms: number): {
    readonly alone: readonly OnItsWay[];
    readonly segments: readonly SegmentUnderway[];
  } {
    const isLate = ({ sentMs }: { readonly sentMs: number | null }): boolean =>
      sentMs !== null && sentMs < ms;
    return { alone: [...this.#alone.values()].filter(isLate), segments: [...this.#segments].filter(isLate) };
  }

  /** Whether this has not ended. */
  holds(what: OnItsWay | SegmentUnderway): boolean {
    return what instanceof SegmentUnderway
      ? this.#segments.has(what)
      : this.#alone.get(what.frame.index) === what;
  }

  #segmentOf(index: number): SegmentUnderway | undefined {
    for (const segment of this.#segments) if (segment.misses(index)) return segment;
    return undefined;
  }

  #dropOver(): void {
    for (const segment of this.#segments) if (segment.isOver) this.#segments.delete(segment);
  }
}

function newEntry(frame: Outgoing): OnItsWay {
  return { frame, failedAttempts: 0, sends: 0, sentMs: null, temporaries: [] };
}
