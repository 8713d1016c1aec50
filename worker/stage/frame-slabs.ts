import type { RgbImage } from '../vision/types.ts';

/** Memory for a decoded frame: the start of `slab` when it is large enough, otherwise of a new one. */
export function slabBytes(slab: SharedArrayBuffer | null, byteLength: number): Uint8Array {
  const memory =
    slab !== null && slab.byteLength >= byteLength ? slab : new SharedArrayBuffer(roundUp(byteLength));
  return new Uint8Array(memory, 0, byteLength);
}

/** Sizes are rounded up so that frames of nearly equal size share slabs. */
function roundUp(bytes: number): number {
  const step = 1 << 20;
  return Math.ceil(bytes / step) * step;
}

/**
 * Shared memory for decoded frames, used again and again: a run holds as many slabs as it has frames in work, so that its memory
 * does not depend on when the garbage collector sees a shared buffer.
 */
export class FrameSlabs {
  readonly #free: SharedArrayBuffer[] = [];

  /** The largest free slab, or null when the taker has to make one. */
  take(): SharedArrayBuffer | null {
    return this.#free.pop() ?? null;
  }

  /** Gives back the memory of a frame that nobody reads any more. */
  give(image: RgbImage): void {
    if (!(image.data.buffer instanceof SharedArrayBuffer)) return;
    this.#free.push(image.data.buffer);
    this.#free.sort((a, b) => a.byteLength - b.byteLength);
  }
}
