import { errorText, FacefleetError } from '../errors/facefleet-error.ts';

/** The system's name of a failure (`ENOENT`), or '' when `thrown` has none. */
export function errno(thrown: unknown): string {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : '';
}

const PLAIN: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'no space left',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EISDIR: 'a folder lies there',
  ENAMETOOLONG: 'the path is too long for this file system',
  EFBIG: 'the file is too large for this file system',
  EMFILE: 'too many open files',
  EIO: 'the disk reports an error',
};

/** FF4001 (while writing) or FF4006 (while reading) with the path and the reason in plain words. */
export function dirError(code: 'FF4001' | 'FF4006', path: string, thrown: unknown): FacefleetError {
  if (thrown instanceof FacefleetError) return thrown;
  const name = errno(thrown);
  const reason = PLAIN[name] ? `${PLAIN[name]} (${name})` : errorText(thrown);
  return new FacefleetError(code, `${path}: ${reason}`, { cause: thrown });
}
