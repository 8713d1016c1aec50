import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { Matrix } from '../../vision/types.ts';
import { PyList } from '../python/py-list.ts';
import type { PyDict, PyValue } from '../python/py-value.ts';
import type { MaskRecord } from '../records.ts';
import { FSA_BOUNDS, type FsaFace } from './fsa-alignments.ts';

/**
 * A face as faceswap's dict, with its keys and types and no others (unknown keys stop faceswap 3). Alignments files hold the
 * thumbnail, image headers do not.
 * @param where names the face in errors
 * @throws FacefleetError FF3003 for a value out of bounds
 */
export function faceToPython(face: FsaFace, where: string, withThumbnail: boolean): PyDict {
  const { box, landmarks, masks, identities, thumbnail } = face;
  const dict = new Map<string, PyValue>();
  for (const side of ['x', 'y', 'w', 'h'] as const) {
    const value = box[side];
    if (!Number.isInteger(value)) throw fault(where, `${side} is ${value}, not an integer`);
    dict.set(side, bounded(value, where));
  }
  if (!(FSA_BOUNDS.points as readonly number[]).includes(landmarks.length / 2))
    throw fault(where, `it has ${landmarks.length / 2} landmarks, not ${FSA_BOUNDS.points.join(', ')}`);
  dict.set('landmarks_xy', rows(landmarks, 2, where));
  dict.set('mask', named(masks, where, maskToPython));
  dict.set(
    'identity',
    named(identities, where, (numbers) => floats(numbers, where)),
  );
  if (withThumbnail) dict.set('thumb', thumbnail && PyList.of(thumbnail));
  return dict;
}

function maskToPython(mask: MaskRecord, where: string): PyDict {
  return new Map<string, PyValue>([
    ['mask', mask.data],
    // faceswap 2 takes no other shape than 2×3, faceswap 3 takes both
    ['affine_matrix', rows(mask.matrix, 3, where)],
    ['interpolator', mask.interpolator],
    ['stored_size', mask.size],
    ['stored_centering', mask.centering],
  ]);
}

function named<T>(
  values: Readonly<Record<string, T>>,
  where: string,
  make: (value: T, where: string) => PyValue,
): PyDict {
  const names = Object.keys(values);
  if (names.length > FSA_BOUNDS.names) throw fault(where, `${names.length} masks or identities are too many`);
  return new Map(
    names.map((name) => {
      if (name.length < 1 || name.length > FSA_BOUNDS.nameChars)
        throw fault(where, `the length of a name is ${name.length}, not 1 to ${FSA_BOUNDS.nameChars}`);
      if (!name.isWellFormed()) throw fault(where, 'a name is not valid Unicode');
      return [name, make(values[name] as T, `${where}: ${name}`)];
    }),
  );
}

function rows(numbers: Float64Array | Matrix, perRow: number, where: string): PyList {
  const all = floats(numbers, where).packed as Float64Array;
  return PyList.of(
    Array.from({ length: all.length / perRow }, (_, i) =>
      PyList.of(all.subarray(i * perRow, (i + 1) * perRow)),
    ),
  );
}

function floats(numbers: ArrayLike<number>, where: string): PyList {
  const all = Float64Array.from(numbers);
  for (const number of all) bounded(number, where);
  return PyList.of(all);
}

function bounded(number: number, where: string): number {
  if (Math.abs(number) <= FSA_BOUNDS.magnitude) return number;
  throw fault(where, `${number} is not within ±${FSA_BOUNDS.magnitude}`);
}

function fault(where: string, text: string): FacefleetError {
  return new FacefleetError('FF3003', `${where}: ${text}`);
}
