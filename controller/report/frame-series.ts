/** Frames that follow each other in the source. */
export interface FrameSpan {
  /** Index of its first frame, and of the first one behind it. */
  readonly from: number;
  readonly to: number;
  /** Of them, with a record. */
  readonly frames: number;
  readonly failed: number;
  readonly faces: number;
  /** Of any of the frames. */
  readonly mostFaces: number;
}

const MAX_SPANS = 240;

/** How many faces the frames have over the source, in at most 240 spans of equal length however many frames there are. */
export class FrameSeries {
  readonly #maxSpans: number;
  /** Frames of a span. */
  #width = 1;
  #spans: { frames: number; failed: number; faces: number; mostFaces: number }[] = [];

  constructor(maxSpans = MAX_SPANS) {
    this.#maxSpans = maxSpans;
  }

  /** @param faces null for a frame that failed */
  add(index: number, faces: number | null): void {
    while (index >= this.#width * this.#maxSpans) this.#widen();
    const at = Math.floor(index / this.#width);
    while (this.#spans.length <= at) this.#spans.push({ frames: 0, failed: 0, faces: 0, mostFaces: 0 });
    const span = this.#spans[at]!;
    if (faces === null) {
      span.failed += 1;
      return;
    }
    span.frames += 1;
    span.faces += faces;
    span.mostFaces = Math.max(span.mostFaces, faces);
  }

  /** In source order, from frame 0 to the last one that was added. */
  spans(): FrameSpan[] {
    return this.#spans.map((span, i) => ({ from: i * this.#width, to: (i + 1) * this.#width, ...span }));
  }

  #widen(): void {
    const merged = [];
    for (let i = 0; i < this.#spans.length; i += 2) {
      const [a, b] = [this.#spans[i]!, this.#spans[i + 1]];
      merged.push({
        frames: a.frames + (b?.frames ?? 0),
        failed: a.failed + (b?.failed ?? 0),
        faces: a.faces + (b?.faces ?? 0),
        mostFaces: Math.max(a.mostFaces, b?.mostFaces ?? 0),
      });
    }
    this.#spans = merged;
    this.#width *= 2;
  }
}
