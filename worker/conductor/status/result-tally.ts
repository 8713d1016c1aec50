import type { Counts } from '../../formats/extraction-file.ts';
import { HashedMap } from '../../formats/hashed-map.ts';
import { lineHead } from '../verify/line-head.ts';

const CODE = /^FF(\d{4})$/;

/**
 * Counts frames by how they ended, the last result of each: 23 to 46 bytes a frame. Results are added oldest first.
 */
export class ResultTally {
  /** Faces of a record; −1 − (number of the code) of a failure. */
  readonly #endings = new HashedMap();
  readonly #failures = new Map<string, number>();
  #faces = 0;
  #failed = 0;

  /** @param ending number of faces, or the code of a failure */
  add(frameKey: string, ending: number | string): void {
    const before = this.#endings.get(frameKey);
    if (before !== undefined) this.#count(before, -1);
    const value = typeof ending === 'number' ? ending : -1 - Number(CODE.exec(ending)?.[1] ?? 0);
    this.#endings.set(frameKey, value);
    this.#count(value, 1);
  }

  /** Adds the result in a line; lines that are none are left out. */
  addLine(bytes: Uint8Array): void {
    const head = lineHead(bytes);
    if (head !== null) this.add(head.key, head.faces ?? codeOf(bytes));
  }

  counts(): Counts {
    return { frames: this.#endings.size - this.#failed, faces: this.#faces, failed: this.#failed };
  }

  /** How many frames failed, by code. */
  failures(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#failures].filter(([, count]) => count > 0).sort());
  }

  #count(value: number, sign: 1 | -1): void {
    if (value >= 0) {
      this.#faces += sign * value;
      return;
    }
    const code = `FF${String(-1 - value).padStart(4, '0')}`;
    this.#failed += sign;
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + sign);
  }
}

function codeOf(line: Uint8Array): string {
  return (JSON.parse(Buffer.from(line).toString('utf8')) as { code: string }).code;
}
