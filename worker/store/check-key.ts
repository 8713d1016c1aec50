import { FacefleetError } from '../errors/facefleet-error.ts';

/** The longest key in UTF-8 bytes: the limit of S3. */
export const MAX_KEY_BYTES = 1024;
/** The longest part between slashes in UTF-8 bytes: the limit of ext4, APFS, NTFS and most other file systems. */
export const MAX_SEGMENT_BYTES = 255;
/** Names that start so belong to the adapters (locks, temporary files) and are no keys. */
export const RESERVED_PREFIX = '.facefleet.';

/**
 * Why `key` cannot be a store key, or '' when it can. A key is a relative path of non-empty segments joined by '/', well-formed
 * Unicode, without NUL and without `.` or `..` segments, at most 1024 bytes long with segments of at most 255.
 */
export function keyFault(key: string): string {
  if (key === '') return 'it is empty';
  if (!key.isWellFormed()) return 'it holds half of a surrogate pair';
  if (key.includes('\0')) return 'it holds a NUL character';
  if (key.startsWith('/')) return 'it is absolute';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  for (const segment of key.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it has a '${segment}' segment`;
    if (segment.startsWith(RESERVED_PREFIX)) return `names starting with ${RESERVED_PREFIX} are reserved`;
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) {
      return `a segment is longer than ${MAX_SEGMENT_BYTES} bytes`;
    }
  }
  return '';
}

/** Throws FF4004 when `key` is no store key (see `keyFault`). */
export function checkKey(key: string): void {
  const fault = keyFault(key);
  if (fault) throw new FacefleetError('FF4004', `${shown(key)}: ${fault}`);
}

/** Throws FF4004 when `prefix` cannot start a store key: its complete segments must be those of a key. */
export function checkPrefix(prefix: string): void {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const fault = folder ? keyFault(`${folder}x`) : '';
  if (fault) throw new FacefleetError('FF4004', `prefix ${shown(prefix)}: ${fault}`);
}

function shown(key: string): string {
  return JSON.stringify(key.length > 200 ? `${key.slice(0, 200)}…` : key);
}
