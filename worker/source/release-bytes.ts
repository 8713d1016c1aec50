/**
 * Frees the memory behind `bytes` now instead of when the garbage collector sees it: pictures are large, and a collection for each few
 * of them costs more than the work on them. Nothing may read `bytes` afterwards; memory that others share is left alone.
 */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
