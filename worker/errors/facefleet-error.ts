import { CODES, type Code, type Retry, type Scope } from './codes.ts';
import { printable } from './printable.ts';

/** The one error type that crosses module borders. Adapters translate foreign errors into it. */
export class FacefleetError extends Error {
  override readonly name = 'FacefleetError';
  readonly code: Code;
  /** The part of the message that is particular to this case. */
  readonly detail: string;

  /**
   * @param code entry of the table in `codes.ts`
   * @param detail what exactly and where (file, plugin, hashes); never a secret
   */
  constructor(code: Code, detail: string, options?: ErrorOptions) {
    // what a file says may be in it, and the message goes to terminals
    const shown = detail.split('\n').map(printable).join('\n');
    super(`${code} ${CODES[code].message}: ${shown}`, options);
    this.code = code;
    this.detail = detail;
  }

  get hint(): string {
    return CODES[this.code].hint;
  }

  get retry(): Retry {
    return CODES[this.code].retry;
  }

  get scope(): Scope {
    return CODES[this.code].scope;
  }
}

/** The text of anything that was thrown. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** `thrown` itself when it is a FacefleetError, otherwise a new one with `code` and `thrown` as its cause. */
export function asFacefleetError(thrown: unknown, code: Code, where: string): FacefleetError {
  if (thrown instanceof FacefleetError) return thrown;
  return new FacefleetError(code, where ? `${where}: ${errorText(thrown)}` : errorText(thrown), {
    cause: thrown,
  });
}
