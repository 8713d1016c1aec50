import { inflateSync } from 'node:zlib';
import type { MaskRecord } from './records.ts';

/** Why the pixels of a mask that some program wrote cannot be used; null when they can: a zlib stream of size × size bytes. */
export function maskFault({ size, data }: Pick<MaskRecord, 'size' | 'data'>): string | null {
  const bytes = size * size;
  try {
    const found = inflateSync(data, { maxOutputLength: bytes }).length;
    return found === bytes ? null : `it has ${found} pixels, not ${size} × ${size}`;
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return tooLong ? `it has more than ${size} × ${size} pixels` : 'it is no zlib stream';
  }
}
