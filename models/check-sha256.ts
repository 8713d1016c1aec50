import { FacefleetError } from '../worker/errors/facefleet-error.ts';
import { sha256 } from './sha256.ts';

/**
 * Refuses bytes that are not the expected ones.
 * @throws FacefleetError FF2003 with both hashes
 */
export function checkSha256(what: string, bytes: Uint8Array, expected: string): void {
  const found = sha256(bytes);
  if (found !== expected) throw new FacefleetError('FF2003', `${what}: expected ${expected}, found ${found}`);
}
