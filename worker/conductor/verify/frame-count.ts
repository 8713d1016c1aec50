import type { Counts } from '../../formats/extraction-file.ts';
import { type FrameResult, isFailure } from '../../formats/records.ts';

/** Counts results as they come. */
export class FrameCount {
  #frames = 0;
  #faces = 0;
  #failed = 0;

  add(result: FrameResult): void {
    if (isFailure(result)) {
      this.#failed += 1;
    } else {
      this.#frames += 1;
      this.#faces += result.faces.length;
    }
  }

  counts(): Counts {
    return { frames: this.#frames, faces: this.#faces, failed: this.#failed };
  }
}
