import { PyList } from './py-list.ts';
import { isPythonInteger, PyTuple, type PyValue } from './py-value.ts';
import { pythonFloat } from './python-float.ts';

/** What Python's repr does not leave as it is in a text: all but letters, marks, numbers, punctuation, symbols and the space. */
const UNPRINTABLE = /[\\']|(?! )[\p{C}\p{Z}]/gu;
const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const BYTES = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return NAMED[character] ?? (byte >= 32 && byte < 127 ? character : `\\x${hex(byte, 2)}`);
});

/** Plain data as Python's `str` writes it and `ast.literal_eval` reads it. Numbers must be finite; whole ones become integers. */
export function writeLiteral(value: PyValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return isPythonInteger(value) ? String(value) : pythonFloat(value);
  if (typeof value === 'string') return textLiteral(value);
  if (value instanceof Uint8Array) return bytesLiteral(value);
  if (value instanceof PyList) return `[${listItems(value).join(', ')}]`;
  if (value instanceof PyTuple) {
    const items = value.items.map(writeLiteral);
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
  }
  return `{${Array.from(value, ([key, item]) => `${textLiteral(key)}: ${writeLiteral(item)}`).join(', ')}}`;
}

function listItems(list: PyList): string[] {
  const { packed } = list;
  return packed instanceof Float64Array ? Array.from(packed, pythonFloat) : Array.from(list, writeLiteral);
}

function textLiteral(text: string): string {
  const doubled = text.includes("'") && !text.includes('"');
  const inside = text.replace(UNPRINTABLE, (character) => {
    if (doubled && character === "'") return character;
    const code = character.codePointAt(0) ?? 0;
    const named = NAMED[character];
    if (named !== undefined) return named;
    if (code < 256) return `\\x${hex(code, 2)}`;
    return code < 65536 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  return doubled ? `"${inside}"` : `'${inside}'`;
}

function bytesLiteral(bytes: Uint8Array): string {
  const doubled = bytes.includes(39) && !bytes.includes(34);
  let inside = '';
  for (const byte of bytes) inside += doubled && byte === 39 ? "'" : BYTES[byte];
  return doubled ? `b"${inside}"` : `b'${inside}'`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
