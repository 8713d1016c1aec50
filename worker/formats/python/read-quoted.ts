import type { LiteralCursor } from './literal-cursor.ts';
import { COSTS } from './pickle-machine.ts';

const PLAIN = { "'": /[^\\'\r\n]+/y, '"': /[^\\"\r\n]+/y };
const OCTAL = /[0-7]{1,3}/y;
const HEX = { x: /[\da-fA-F]{2}/y, u: /[\da-fA-F]{4}/y, U: /[\da-fA-F]{8}/y };
const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The text in the quotes that come next; for bytes, a text of characters up to 255. */
export function readQuoted(cursor: LiteralCursor, bytes: boolean): string {
  const quote = cursor.text[cursor.at] as "'" | '"';
  cursor.at += 1;
  let text = '';
  while (!cursor.skip(quote)) {
    const plain = cursor.match(PLAIN[quote]);
    if (plain !== null && bytes && !isAscii(plain))
      throw cursor.fault('bytes hold a character that is no ASCII');
    if (plain === null && !cursor.skip('\\')) throw cursor.fault('the closing quote is missing');
    text += plain ?? readEscape(cursor, bytes);
  }
  cursor.spend(COSTS.text + 2 * text.length);
  return text;
}

/** The character that an escape stands for, its backslash being passed. */
function readEscape(cursor: LiteralCursor, bytes: boolean): string {
  cursor.spend(8);
  const octal = cursor.match(OCTAL);
  if (octal !== null) {
    const code = Number.parseInt(octal, 8);
    return String.fromCharCode(bytes ? code & 255 : code);
  }
  const letter = cursor.text[cursor.at];
  if (letter === undefined) throw cursor.fault('the closing quote is missing');
  cursor.at += 1;
  const named = NAMED[letter];
  if (named !== undefined) return named;
  if (letter === 'x' || (!bytes && (letter === 'u' || letter === 'U'))) return hexEscape(cursor, letter);
  if (letter === 'N' && !bytes) throw cursor.fault('named characters are not read');
  if (bytes && !isAscii(letter)) throw cursor.fault('bytes hold a character that is no ASCII');
  // Python keeps what is no escape
  return `\\${letter}`;
}

function hexEscape(cursor: LiteralCursor, letter: 'x' | 'u' | 'U'): string {
  const digits = cursor.match(HEX[letter]);
  const code = digits === null ? Number.NaN : Number.parseInt(digits, 16);
  if (!(code <= 0x10ffff)) throw cursor.fault('an escape is wrong');
  return String.fromCodePoint(code);
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(text);
}
