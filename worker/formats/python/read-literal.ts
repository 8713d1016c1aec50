import type { Code } from '../../errors/codes.ts';
import { LiteralCursor } from './literal-cursor.ts';
import { COSTS } from './pickle-machine.ts';
import { PyList } from './py-list.ts';
import { PyTuple, type PyValue } from './py-value.ts';
import { readQuoted } from './read-quoted.ts';

const MAX_DEPTH = 32;
const HELD_BYTES = 32 * 1024 * 1024;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_]+/y;
const GLUED = /[\w.]/;
const CONSTANTS: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['None', null],
  ['True', true],
  ['False', false],
]);

/**
 * The value of a Python literal, as `ast.literal_eval` reads it: None, True, False, decimal numbers, texts, bytes, lists, tuples and
 * dicts with text keys, and nothing else (no names, so neither `inf` nor `nan`; no operators, sets, prefixed or joined texts).
 *
 * @param code of the error that is thrown
 * @param where names the text in errors
 */
export function readLiteral(text: string, code: Code, where: string): PyValue {
  const cursor = new LiteralCursor(text, code, where, HELD_BYTES);
  const value = readValue(cursor, MAX_DEPTH);
  if (cursor.next() !== '') throw cursor.fault('the literal has ended');
  return value;
}

function readValue(cursor: LiteralCursor, depth: number): PyValue {
  if (depth === 0) throw cursor.fault('it is nested too deeply');
  const first = cursor.next();
  if (first === '{') return readDict(cursor, depth);
  if (first === '[') return readList(cursor, depth);
  if (first === '(') return readTuple(cursor, depth);
  if (first === "'" || first === '"') return readQuoted(cursor, false);
  const rest = cursor.text.slice(cursor.at, cursor.at + 2);
  if (rest === "b'" || rest === 'b"') {
    cursor.at += 1;
    return Uint8Array.from(Buffer.from(readQuoted(cursor, true), 'latin1'));
  }
  const number = cursor.match(NUMBER);
  if (number !== null) return numberOf(cursor, number);
  const constant = CONSTANTS.get(cursor.match(WORD) ?? '');
  if (constant === undefined) throw cursor.fault('it is no value');
  return constant;
}

function numberOf(cursor: LiteralCursor, text: string): number {
  if (GLUED.test(cursor.text[cursor.at] ?? '')) throw cursor.fault('it is no decimal number');
  cursor.spend(COSTS.number);
  const number = Number(text);
  if (/[.eE]/.test(text)) return number;
  if (/^[+-]?0+[1-9]/.test(text)) throw cursor.fault('an integer starts with 0');
  if (!Number.isSafeInteger(number)) throw cursor.fault('an integer is beyond ±2^53');
  return number;
}

function readDict(cursor: LiteralCursor, depth: number): PyValue {
  cursor.spend(COSTS.dict);
  const dict = new Map<string, PyValue>();
  readItems(cursor, '}', () => {
    const key = readValue(cursor, 1);
    if (typeof key !== 'string') throw cursor.fault('a key is no text');
    if (cursor.next() !== ':') throw cursor.fault('a key has no value');
    cursor.at += 1;
    cursor.spend(COSTS.entry);
    dict.set(key, readValue(cursor, depth - 1));
  });
  return dict;
}

function readList(cursor: LiteralCursor, depth: number): PyValue {
  cursor.spend(COSTS.list);
  const items: PyValue[] = [];
  readItems(cursor, ']', () => items.push(readValue(cursor, depth - 1)));
  return PyList.of(items);
}

/** A tuple, or a value in parentheses. */
function readTuple(cursor: LiteralCursor, depth: number): PyValue {
  cursor.spend(COSTS.tuple);
  const items: PyValue[] = [];
  const comma = readItems(cursor, ')', () => items.push(readValue(cursor, depth - 1)));
  return items.length === 1 && !comma ? (items[0] as PyValue) : new PyTuple(items);
}

/** Reads what stands between brackets, each item with `read`. @returns whether a comma stands behind the last item */
function readItems(cursor: LiteralCursor, end: string, read: () => void): boolean {
  cursor.at += 1;
  for (let comma = false; ; ) {
    if (cursor.next() === end) {
      cursor.at += 1;
      return comma;
    }
    read();
    comma = cursor.next() === ',';
    if (comma) cursor.at += 1;
    else if (cursor.next() !== end) throw cursor.fault(`a comma or ${end} is missing`);
  }
}
