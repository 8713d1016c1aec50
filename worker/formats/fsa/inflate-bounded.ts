import { inflateSync } from 'node:zlib';
import { errorText, FacefleetError } from '../../errors/facefleet-error.ts';

const FREE_BYTES = 1024 * 1024;
/** zlib reaches 1032; alignments stay far below this. */
const MAX_RATIO = 100;
/** The longest Buffer that text and views of it can be taken from. */
const MAX_BYTES = 2 ** 32;

/**
 * The content of a zlib stream. Bytes after its end are left alone, as Python does.
 * @param where names the file in errors
 * @throws FacefleetError FF1201 when it is damaged or cut short, FF1205 when it becomes more than 1 MiB and 100 times as long
 */
export function inflateBounded(bytes: Uint8Array, where: string): Uint8Array {
  const maxOutputLength = Math.min(FREE_BYTES + MAX_RATIO * bytes.length, MAX_BYTES);
  try {
    return inflateSync(bytes, { maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new FacefleetError('FF1205', `${where}: it becomes longer than ${maxOutputLength} bytes`, {
        cause: error,
      });
    }
    throw new FacefleetError('FF1201', `${where}: ${errorText(error)}`, { cause: error });
  }
}
