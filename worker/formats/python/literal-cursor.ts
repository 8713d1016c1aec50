import type { Code } from '../../errors/codes.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';

const SPACE = /[ \t\r\n\f]*/y;

/** A place in a text that is being read, and what may still be spent on what is made of it. */
export class LiteralCursor {
  readonly text: string;
  at = 0;
  readonly #code: Code;
  readonly #where: string;
  #left: number;

  /** @param heldBytes estimated memory that may be made of the text */
  constructor(text: string, code: Code, where: string, heldBytes: number) {
    this.text = text;
    this.#code = code;
    this.#where = where;
    this.#left = heldBytes;
  }

  fault(text: string): FacefleetError {
    return new FacefleetError(this.#code, `${this.#where}: character ${this.at}: ${text}`);
  }

  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw this.fault('it takes too much memory');
  }

  /** Passes over white space and says which character comes next; '' at the end. */
  next(): string {
    this.match(SPACE);
    return this.text[this.at] ?? '';
  }

  /** Passes over `text` if it comes next. */
  skip(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Passes over what a sticky pattern matches here and gives it; null when it does not match. */
  match(sticky: RegExp): string | null {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }
}
