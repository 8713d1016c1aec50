import { PyField } from '../python/py-field.ts';
import { pickleLimits, unpickle } from '../python/unpickle.ts';
import { checkRepeats } from './check-repeats.ts';
import { FaceOfPython } from './face-of-python.ts';
import { FSA_BOUNDS, FSA_VERSION, type FsaAlignments, type FsaFrame } from './fsa-alignments.ts';
import { inflateBounded } from './inflate-bounded.ts';

const OLDEST_VERSION = 2;
/** What files that say no version are: faceswap 1. */
const UNSAID_VERSION = 1;
const MAX_FRAMES = 2 ** 24;

/**
 * Reads an alignments file (`.fsa`) of faceswap: versions 2.0 to 2.4, and those of version 1 that hold the same data. Never runs
 * anything; masks and thumbnails are views of one buffer that is as long as the unpacked file.
 *
 * @param bytes the whole file
 * @param where names the file in errors
 * @throws FacefleetError FF1201 when it is damaged or no such file, FF1204 when it holds more than data, FF1205 when it is too large
 */
export function readFsa(bytes: Uint8Array, where: string): FsaAlignments {
  const pickle = inflateBounded(bytes, where);
  const value = unpickle(pickle, where, pickleLimits(bytes.length));
  const root = new PyField(value, 'FF1201', where);
  const version = versionOf(root);
  const data = version === UNSAID_VERSION ? root : root.entry('__data__');
  // Masks had one centering only until 2.2 named it: that of the crops of their time.
  const faces = new FaceOfPython(version < OLDEST_VERSION ? 'legacy' : 'face');
  const entries = data.entries(MAX_FRAMES, FSA_BOUNDS.keyChars);
  const inSeconds = entries.some(([, field]) => isInSeconds(field));
  const frames = entries.map(([key, field]) => frameOf(key, field, faces, inSeconds));
  checkRepeats(frames, pickle.length, where);
  return { version, frames, videoTimesInSeconds: inSeconds };
}

function versionOf(root: PyField): number {
  const meta = root.find('__meta__');
  if (meta === null) return UNSAID_VERSION;
  const version = meta.entry('version').number(0, 1000);
  if (version >= OLDEST_VERSION && version <= FSA_VERSION) return version;
  throw meta.fault(`version ${version} is not ${OLDEST_VERSION}.0 to ${FSA_VERSION}`);
}

/** The entry of a frame that says where it stands in its video; null when none does. */
function metaOf(frame: PyField): PyField | null {
  const meta = frame.value instanceof Map ? frame.find('video_meta') : null;
  return meta === null || meta.dict().size === 0 ? null : meta;
}

function isInSeconds(frame: PyField): boolean {
  const time = metaOf(frame)?.find('pts_time')?.value;
  return typeof time === 'number' && !Number.isInteger(time);
}

function frameOf(key: string, field: PyField, faces: FaceOfPython, inSeconds: boolean): FsaFrame {
  const list = field.value instanceof Map ? field.entry('faces') : field;
  const meta = metaOf(field);
  return {
    key,
    faces: faces.list(list),
    videoMeta:
      meta === null || inSeconds
        ? null
        : {
            ptsTime: meta.entry('pts_time').integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
            keyframe: meta.entry('keyframe').truth(),
          },
  };
}
