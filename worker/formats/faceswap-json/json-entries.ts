import { errorText, FacefleetError } from '../../errors/facefleet-error.ts';

/** Longer entries are taken for damage: a frame of ten thousand faces has some 30 MB. */
export const MAX_ENTRY_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 32;
const REASON_CHARS = 100;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x0a, 0x0d, 0x09]);
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** An entry of a JSON object. */
export interface JsonEntry {
  readonly key: string;
  readonly value: unknown;
}

/**
 * The entries of the one object that a JSON text is, in order, without holding more than one of them: a file of any size can be
 * read. Throws FF1201 for anything else than one whole object, and for entries of more than 64 MiB.
 * @param chunks UTF-8 text in pieces of any size
 * @param where names the file
 */
export async function* jsonEntries(
  chunks: AsyncIterable<Uint8Array>,
  where: string,
): AsyncGenerator<JsonEntry> {
  const scanner = new EntryScanner(where);
  for await (const chunk of chunks) yield* scanner.push(chunk);
  scanner.end();
}

class EntryScanner {
  readonly #where: string;
  /** Before the object, at its first entry, in an entry, behind the object. */
  #place: 'before' | 'first' | 'entry' | 'after' = 'before';
  /** Of the present entry, from earlier chunks. */
  #pieces: Uint8Array[] = [];
  #piecesBytes = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Bytes before the present chunk. */
  #offset = 0;

  constructor(where: string) {
    this.#where = where;
  }

  *push(chunk: Uint8Array): Generator<JsonEntry> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.#place !== 'entry') {
        if (this.#between(byte, at)) start = at;
      } else if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.#depth += 1;
        if (this.#depth > MAX_DEPTH) this.#fail(at, 'it is nested too deeply');
      } else if (this.#depth > 0) {
        if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#depth -= 1;
      } else if (byte === COMMA || byte === CLOSE_BRACE) {
        yield this.#entry(chunk.subarray(start, at), at);
        start = at + 1;
        if (byte === CLOSE_BRACE) this.#place = 'after';
      }
    }
    if (this.#place === 'entry') this.#keep(chunk.subarray(start));
    this.#offset += chunk.length;
  }

  end(): void {
    if (this.#place !== 'after') this.#fail(0, 'it ends too early');
  }

  /** Outside entries. @returns whether an entry begins here */
  #between(byte: number, at: number): boolean {
    if (BLANKS.has(byte)) return false;
    if (this.#place === 'before') {
      if (byte === BYTE_ORDER_MARK[this.#offset + at]) return false;
      if (byte !== OPEN_BRACE) this.#fail(at, 'it is no JSON object');
      this.#place = 'first';
      return false;
    }
    if (this.#place === 'after') this.#fail(at, 'more follows the object');
    if (byte === CLOSE_BRACE) {
      this.#place = 'after';
      return false;
    }
    if (byte !== QUOTE) this.#fail(at, 'an entry does not begin with its name');
    this.#place = 'entry';
    this.#inString = true;
    return true;
  }

  #keep(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#piecesBytes += piece.length;
    if (this.#piecesBytes > MAX_ENTRY_BYTES) this.#fail(piece.length, 'an entry is too long');
  }

  /** @param rest of `"name": value`, up to `at` */
  #entry(rest: Uint8Array, at: number): JsonEntry {
    this.#keep(rest);
    const text = this.#pieces.length === 1 ? rest : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#piecesBytes = 0;
    let parsed: object;
    try {
      parsed = JSON.parse(`{${new TextDecoder('utf-8', { fatal: true }).decode(text)}}`) as object;
    } catch (error) {
      this.#fail(at, errorText(error));
    }
    const [entry] = Object.entries(parsed);
    if (entry === undefined) this.#fail(at, 'an entry is missing');
    return { key: entry[0], value: entry[1] };
  }

  #fail(at: number, reason: string): never {
    const shown = reason.length > REASON_CHARS ? `${reason.slice(0, REASON_CHARS)}…` : reason;
    throw new FacefleetError('FF1201', `${this.#where}: at byte ${this.#offset + at}: ${shown}`);
  }
}
