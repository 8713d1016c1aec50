import type { Centering, Matrix } from '../../vision/types.ts';
import { maxMaskBytes } from '../encode-record.ts';
import type { PyField } from '../python/py-field.ts';
import type { PyValue } from '../python/py-value.ts';
import type { MaskRecord } from '../records.ts';
import { FSA_BOUNDS, type FsaFace } from './fsa-alignments.ts';

const { magnitude, names, nameChars } = FSA_BOUNDS;

/**
 * Makes faces of faceswap's dicts. A pickle may hold one list or dict in many places; what was made of it is kept, so that the result
 * is no larger than the pickle. Every method throws the field's code, naming what is wrong.
 */
export class FaceOfPython {
  readonly #unsaidCentering: Centering;
  readonly #lists = new Made<readonly FsaFace[]>();
  readonly #faces = new Made<FsaFace>();
  readonly #maskSets = new Made<FsaFace['masks']>();
  readonly #masks = new Made<MaskRecord>();
  readonly #identitySets = new Made<FsaFace['identities']>();
  readonly #identities = new Made<readonly number[]>();
  readonly #landmarks = new Made<Float64Array>();
  readonly #thumbnails = new Made<Uint8Array | null>();

  /** @param unsaidCentering of masks that do not say how they are centred */
  constructor(unsaidCentering: Centering) {
    this.#unsaidCentering = unsaidCentering;
  }

  /** The faces of a frame's list. */
  list(field: PyField): readonly FsaFace[] {
    return this.#lists.of(field, () => field.items(FSA_BOUNDS.faces).map((face) => this.face(face)));
  }

  /** The face of a dict. */
  face(field: PyField): FsaFace {
    return this.#faces.of(field, () => {
      const [masks, identities, thumbnail] = ['mask', 'identity', 'thumb'].map((key) => field.find(key));
      return {
        box: {
          x: pixel(field.entry('x')),
          y: pixel(field.entry('y')),
          w: sidePx(field.entry('w')),
          h: sidePx(field.entry('h')),
        },
        landmarks: this.#landmarks.of(field.entry('landmarks_xy'), points),
        masks: masks ? this.#maskSets.of(masks, () => record(masks, (mask) => this.#mask(mask))) : {},
        identities: identities ? this.#identitySets.of(identities, () => this.#embeddings(identities)) : {},
        thumbnail: thumbnail ? this.#thumbnails.of(thumbnail, octets) : null,
      };
    });
  }

  /** Those that hold numbers: an empty one says nothing. */
  #embeddings(field: PyField): FsaFace['identities'] {
    const all = Object.entries(record(field, (identity) => this.#identities.of(identity, numbers)));
    return Object.fromEntries(all.filter(([, values]) => values.length > 0));
  }

  #mask(field: PyField): MaskRecord {
    return this.#masks.of(field, () => {
      const size = field.entry('stored_size').integer(1, FSA_BOUNDS.maskSizePx);
      const centering = field.find('stored_centering');
      return {
        size,
        centering: centering ? centeringOf(centering) : this.#unsaidCentering,
        matrix: matrixOf(field.entry('affine_matrix')),
        interpolator: field.entry('interpolator').integer(0, 3),
        data: packed(field.entry('mask'), maxMaskBytes(size)),
      };
    });
  }
}

/** What was made of values so far. */
class Made<T> {
  readonly #made = new Map<PyValue, T>();

  of(field: PyField, make: (field: PyField) => T): T {
    const before = this.#made.get(field.value);
    if (before !== undefined) return before;
    const value = make(field);
    this.#made.set(field.value, value);
    return value;
  }
}

function record<T>(field: PyField, make: (field: PyField) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(field.entries(names, nameChars).map(([name, inner]) => [name, make(inner)]));
}

/** Null for none at all. */
function octets(field: PyField): Uint8Array | null {
  const bytes = field.octets(FSA_BOUNDS.thumbnailBytes);
  return bytes.length === 0 ? null : bytes;
}

function packed(field: PyField, maxBytes: number): Uint8Array {
  const bytes = field.bytes(maxBytes);
  if (bytes.length === 0) throw field.fault('it is empty');
  return bytes;
}

/** Some old files have fractions here. */
function pixel(field: PyField): number {
  return Math.round(field.number(-magnitude, magnitude)) || 0;
}

function sidePx(field: PyField): number {
  const side = pixel(field);
  if (side < 0) throw field.fault(`${side} is no width or height`);
  return side;
}

function points(field: PyField): Float64Array {
  const rows = field.items(Math.max(...FSA_BOUNDS.points));
  if (!(FSA_BOUNDS.points as readonly number[]).includes(rows.length))
    throw field.fault(`it has ${rows.length} points, not ${FSA_BOUNDS.points.join(', ')}`);
  const flat = new Float64Array(2 * rows.length);
  for (const [i, row] of rows.entries()) {
    const point = row.numbers(2, magnitude);
    if (point.length !== 2) throw row.fault('it is no point');
    flat.set(point, 2 * i);
  }
  return flat;
}

function numbers(field: PyField): readonly number[] {
  return Array.from(field.numbers(FSA_BOUNDS.identityLength, magnitude));
}

function centeringOf(field: PyField): Centering {
  const name = field.text(nameChars);
  if (name === 'legacy' || name === 'face' || name === 'head') return name;
  throw field.fault(`${JSON.stringify(name)} is no centering`);
}

/** 2×3, or 3×3 with the last row of an affine map, which newer versions write. */
function matrixOf(field: PyField): Matrix {
  const rows = field.items(3).map((row) => Array.from(row.numbers(3, magnitude)));
  const [first, second, third = [0, 0, 1]] = rows;
  if (first?.length !== 3 || second?.length !== 3) throw field.fault('it is no 2×3 matrix');
  if (third[0] !== 0 || third[1] !== 0 || third[2] !== 1) throw field.fault('its last row is not 0 0 1');
  return [...first, ...second] as unknown as Matrix;
}
