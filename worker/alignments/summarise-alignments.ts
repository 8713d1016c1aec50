import { createHash } from 'node:crypto';
import { encodePortable } from '../formats/portable/encode-portable.ts';
import { type PortableFace, type PortableFrame, pointCount } from '../formats/portable/portable-frame.ts';
import { type Alignments, type AlignmentsKind, framesOf } from './alignments.ts';

/** Different values that are counted one by one; more are only counted. */
const MAX_DIFFERENT = 20;

/** How often each value occurs, the most frequent first; at most 20 of them. */
export type Occurrences = Readonly<Record<string, number>>;

/** What masks of one name there are. */
export interface MaskSummary {
  readonly faces: number;
  /** Sides and centerings, such as `128 face`. */
  readonly kinds: Occurrences;
}

/** What alignments hold, in numbers. */
export interface AlignmentsSummary {
  readonly kind: AlignmentsKind;
  readonly remarks: readonly string[];
  /** SHA-256 of the frames as lines of JSON: for an output folder, that of its alignments.jsonl. */
  readonly sha256: string;
  readonly frames: number;
  readonly framesWithoutFaces: number;
  readonly faces: number;
  /** In one frame. */
  readonly mostFaces: number;
  readonly firstKey: string | null;
  readonly lastKey: string | null;
  /** `1920 × 1080`, or `unknown`. */
  readonly frameSizes: Occurrences;
  /** By number of points; `0` for faces that have only a box. */
  readonly landmarks: Occurrences;
  /** Null when none is known. */
  readonly scores: { readonly min: number; readonly mean: number; readonly max: number } | null;
  readonly masks: Readonly<Record<string, MaskSummary>>;
  /** By name and length, such as `vggface2 512`. */
  readonly identities: Occurrences;
  readonly thumbnails: number;
  readonly crops: number;
  /** Frames with a place in their video. */
  readonly videoTimes: number;
}

/**
 * Reads alignments to their end and says what is in them.
 * @throws FacefleetError FF12xx when they are damaged
 */
export async function summariseAlignments(alignments: Alignments): Promise<AlignmentsSummary> {
  const summary = new Summary();
  for await (const frame of framesOf(alignments)) summary.add(frame);
  return { kind: alignments.kind, remarks: alignments.remarks, ...summary.result() };
}

class Summary {
  readonly #sha256 = createHash('sha256');
  #frames = 0;
  #empty = 0;
  #faces = 0;
  #mostFaces = 0;
  #firstKey: string | null = null;
  #lastKey: string | null = null;
  readonly #sizes = new Tally();
  readonly #landmarks = new Tally();
  readonly #masks = new Map<string, { faces: number; kinds: Tally }>();
  readonly #identities = new Tally();
  readonly #scores = { count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  #thumbnails = 0;
  #crops = 0;
  #videoTimes = 0;

  add(frame: PortableFrame): void {
    const { key, size, faces, videoMeta } = frame;
    this.#sha256.update(`${encodePortable(frame)}\n`);
    this.#frames += 1;
    if (faces.length === 0) this.#empty += 1;
    this.#faces += faces.length;
    this.#mostFaces = Math.max(this.#mostFaces, faces.length);
    this.#firstKey ??= key;
    this.#lastKey = key;
    this.#sizes.add(size ? `${size.width} × ${size.height}` : 'unknown');
    if (videoMeta) this.#videoTimes += 1;
    for (const face of faces) this.#addFace(face);
  }

  #addFace(face: PortableFace): void {
    const { score, masks, identities, thumbnail, crop } = face;
    this.#landmarks.add(String(pointCount(face)));
    for (const [name, { size, centering }] of Object.entries(masks)) {
      const known = this.#masks.get(name) ?? { faces: 0, kinds: new Tally() };
      known.faces += 1;
      known.kinds.add(`${size} ${centering}`);
      this.#masks.set(name, known);
    }
    for (const [name, vector] of Object.entries(identities)) this.#identities.add(`${name} ${vector.length}`);
    if (thumbnail) this.#thumbnails += 1;
    if (crop !== null) this.#crops += 1;
    if (score === null) return;
    const scores = this.#scores;
    scores.count += 1;
    scores.sum += score;
    scores.min = Math.min(scores.min, score);
    scores.max = Math.max(scores.max, score);
  }

  result(): Omit<AlignmentsSummary, 'kind' | 'remarks'> {
    const { count, sum, min, max } = this.#scores;
    const masks = [...this.#masks].map(([name, { faces, kinds }]) => [
      name,
      { faces, kinds: kinds.result() },
    ]);
    return {
      sha256: this.#sha256.digest('hex'),
      frames: this.#frames,
      framesWithoutFaces: this.#empty,
      faces: this.#faces,
      mostFaces: this.#mostFaces,
      firstKey: this.#firstKey,
      lastKey: this.#lastKey,
      frameSizes: this.#sizes.result(),
      landmarks: this.#landmarks.result(),
      scores: count === 0 ? null : { min, mean: sum / count, max },
      masks: Object.fromEntries(masks) as Record<string, MaskSummary>,
      identities: this.#identities.result(),
      thumbnails: this.#thumbnails,
      crops: this.#crops,
      videoTimes: this.#videoTimes,
    };
  }
}

class Tally {
  readonly #counts = new Map<string, number>();

  /** Values beyond the first thousand different ones are not counted. */
  add(value: string): void {
    if (this.#counts.size < 1000 || this.#counts.has(value))
      this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  result(): Occurrences {
    return Object.fromEntries([...this.#counts].sort((a, b) => b[1] - a[1]).slice(0, MAX_DIFFERENT));
  }
}
