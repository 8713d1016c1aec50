import { deflateSync } from 'node:zlib';
import { randomNumbers } from './mutate.ts';

/** Small files that were made to take much memory or time: makers of pickles as raw bytes, before they are packed. */
export function pickleBombs(): ReadonlyMap<string, () => Uint8Array> {
  const length = 3_000_000;
  return new Map([
    ['dicts', () => proto(Buffer.alloc(length, '}'))],
    ['lists', () => proto(Buffer.alloc(length, ']'))],
    ['marks', () => proto(Buffer.alloc(length, '('))],
    ['tuples', () => proto(Buffer.alloc(length, ')'))],
    ['a tuple in a tuple in a tuple …', () => proto(text(')'), Buffer.alloc(length, 0x85))],
    [
      'a list in a list in a list …',
      () => proto(Buffer.alloc(length / 2, ']'), Buffer.alloc(length / 2, 'a')),
    ],
    ['noted values', () => proto(text('N'), Buffer.alloc(length, 0x94))],
    ['lists of lists of lists, each twice the one before', () => doubling()],
    ['a list of itself', () => proto(text(']\x94h\x00a.'))],
    ['one list of faces in many frames', () => sharedFaces()],
    ['one set of masks in many faces', () => sharedMasks()],
    ['short runs of bytes', () => proto(text(']'), repeated(`(${'K\x01'.repeat(16)}e`, 80_000), text('.'))],
    ['a text of 4 GB', () => proto(text('X\xff\xff\xff\xff'))],
    ['a text of 2^63 bytes', () => proto(text(`\x8d${'\xff'.repeat(7)}\x7f`))],
    ['an integer of 255 bytes', () => proto(text(`\x8a\xff${'\xff'.repeat(255)}.`))],
    ['an array of no columns and 10^9 rows', () => emptyArray()],
  ]);
}

/** Makers of texts of headers that were made so. */
export function headerBombs(): ReadonlyMap<string, () => string> {
  const length = 2_000_000;
  return new Map([
    ['lists in lists', () => '['.repeat(length)],
    ['lists', () => `[${'[],'.repeat(length / 3)}]`],
    ['dicts', () => `[${'{},'.repeat(length / 3)}]`],
    ['digits', () => `[${'9'.repeat(length)}]`],
    ['digits of a fraction', () => `[.${'9'.repeat(length)}e5]`],
    ['signs', () => `[${'+'.repeat(length)}1]`],
    ['backslashes', () => `'${'\\\\'.repeat(length / 2)}'`],
    ['an endless text', () => `'${'a'.repeat(length)}`],
    ['spaces', () => ' '.repeat(length)],
    ['commas', () => `[1${' ,'.repeat(length / 2)}]`],
  ]);
}

/** A zlib stream that is a thousandth of its content. */
export function zlibBomb(): Uint8Array {
  return deflateSync(Buffer.alloc(32 * 2 ** 20));
}

/** A pickle of parts, with bytes that do not pack so that the file is no smaller than the limit of its growth allows. */
function proto(...parts: Uint8Array[]): Uint8Array {
  const random = randomNumbers(1);
  const ballast = Uint8Array.from({ length: 60_000 }, () => random(256));
  return Buffer.concat([text('\x80\x04B\x60\xea\0\0'), ballast, text('0'), ...parts]);
}

function text(latin1: string): Buffer {
  return Buffer.from(latin1, 'latin1');
}

function repeated(latin1: string, times: number): Buffer {
  return text(latin1.repeat(times));
}

/** `x = [x, x]` forty times: 2^40 leaves for whoever walks it. */
function doubling(): Uint8Array {
  const steps = Array.from(
    { length: 40 },
    (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}e\x94`,
  );
  return proto(text(`]\x94${steps.join('')}.`));
}

function sharedFaces(): Uint8Array {
  const face = `}(${entry('x', 'K\x01')}${entry('y', 'K\x01')}${entry('w', 'K\x01')}${entry('h', 'K\x01')}${entry('landmarks_xy', `](${'](K\x01K\x02e'.repeat(68)}e`)}u`;
  const list = `${face}\x94](${'h\x00'.repeat(9999)}e\x94`;
  const frames = Array.from({ length: 200_000 }, (_, i) => entry(i.toString(36), 'h\x01')).join('');
  return proto(text(`${list}00}(${frames}u.`));
}

function sharedMasks(): Uint8Array {
  const mask = `}(${entry('mask', 'C\x01a')}${entry('affine_matrix', '](](K\x01K\x00K\x00e](K\x00K\x01K\x00ee')}${entry('interpolator', 'K\x01')}${entry('stored_size', 'K\x01')}u`;
  const names = Array.from({ length: 64 }, (_, i) => entry(`m${i}`, 'h\x00')).join('');
  const points = `](${'](K\x01K\x02e'.repeat(68)}e`;
  const face = `}(${['x', 'y', 'w', 'h'].map((side) => entry(side, 'K\x01')).join('')}${entry('landmarks_xy', 'h\x02')}${entry('mask', 'h\x01')}u`;
  const frames = Array.from({ length: 300 }, (_, i) => entry(`f${i}`, `](${face.repeat(100)}e`)).join('');
  return proto(text(`${mask}\x94}(${names}u\x94${points}\x94000}(${frames}u.`));
}

function emptyArray(): Uint8Array {
  const type =
    'cnumpy\ndtype\n\x8c\x02f8\x89\x88\x87R(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb';
  return proto(
    text(
      `cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01J\x00\xca\x9a;K\x00\x86${type}\x89C\x00tb.`,
    ),
  );
}

/** A text and a value. */
function entry(key: string, value: string): string {
  return `\x8c${String.fromCharCode(key.length)}${key}${value}`;
}
