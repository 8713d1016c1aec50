import { readFile } from 'node:fs/promises';
import { readFsa } from '../formats/fsa/read-fsa.ts';
import { portableOfFsa } from '../formats/portable/fsa-frame.ts';
import type { AlignmentsEntry } from './alignments.ts';
import { unreadable } from './file-chunks.ts';

/** An alignments file of faceswap. The format has to be held as a whole, so it is read once only. */
export class FsaFile {
  readonly #path: string;
  readonly #name: string;
  readonly #remarks: string[];
  #read: ReturnType<typeof readFsa> | null = null;

  /** @param remarks takes what the user should know of the file */
  constructor(path: string, name: string, remarks: string[]) {
    this.#path = path;
    this.#name = name;
    this.#remarks = remarks;
  }

  /** Throws FF1201, FF1204, FF1205. */
  async *entries(): AsyncGenerator<AlignmentsEntry> {
    this.#read ??= await this.#open();
    for (const [index, frame] of this.#read.frames.entries()) {
      yield { frame: portableOfFsa(frame, index), at: null };
    }
  }

  async #open(): Promise<ReturnType<typeof readFsa>> {
    const bytes = await readFile(this.#path).catch((error: unknown) => {
      throw unreadable(this.#path, error);
    });
    const alignments = readFsa(bytes, this.#name);
    this.#remarks.push(`faceswap alignments of version ${alignments.version.toFixed(1)}`);
    if (alignments.videoTimesInSeconds)
      this.#remarks.push('its video times are in seconds, as faceswap 2 writes them: they are left out');
    return alignments;
  }
}
