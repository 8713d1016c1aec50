import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PyList } from '../../../worker/formats/python/py-list.ts';
import { PyTuple, type PyValue } from '../../../worker/formats/python/py-value.ts';
import { pythonFloat } from '../../../worker/formats/python/python-float.ts';
import { readLiteral } from '../../../worker/formats/python/read-literal.ts';
import { writeLiteral } from '../../../worker/formats/python/write-literal.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

const read = (text: string) => readLiteral(text, 'FF1201', 'a.png');

describe('readLiteral', () => {
  const values: readonly (readonly [text: string, value: PyValue])[] = [
    ['None', null],
    [' True ', true],
    ['False', false],
    ['-12', -12],
    ['+3', 3],
    ['00', 0],
    ['1.', 1],
    ['.5', 0.5],
    ['1e3', 1000],
    ['-2.5E-07', -2.5e-7],
    ['1e999', Number.POSITIVE_INFINITY],
    [`'it\\'s'`, "it's"],
    [`"it's"`, "it's"],
    ["'\\x41\\u0042\\U00000043\\104\\n\\t\\\\\\q'", 'ABCD\n\t\\\\q'],
    ["'a\\\nb'", 'ab'],
    ["'ä😀'", 'ä😀'],
    ["b'\\x00\\xff\\'a\\101'", Uint8Array.of(0, 255, 39, 97, 65)],
    ["b''", new Uint8Array(0)],
    ['(1)', 1],
  ];
  for (const [text, value] of values) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(read(text), value));
  }

  it('reads lists, tuples and dicts, with and without a comma at the end', () => {
    const dict = read("{ 'a' : [1, 2,] , 'b': (), 'c': (1,), 'd': (1, [ ]),\n 'a': None, }");
    assert.ok(dict instanceof Map);
    assert.equal(dict.get('a'), null);
    assert.deepEqual((dict.get('b') as PyTuple).items, []);
    assert.deepEqual((dict.get('c') as PyTuple).items, [1]);
    assert.ok((dict.get('d') as PyTuple).items[1] instanceof PyList);
  });

  const refused = [
    '',
    'nan',
    'inf',
    '-inf',
    'true',
    'null',
    '__import__',
    "__import__('os')",
    'a',
    '1 + 1',
    '1j',
    '1_000',
    '0x10',
    '012',
    '1.2.3',
    '--1',
    '9007199254740992',
    '{1, 2}',
    '{1: 2}',
    "{'a'}",
    "{'a': }",
    '[1 2]',
    '[,]',
    '[1',
    '[1)',
    '()()',
    "'a' 'b'",
    "'''a'''",
    "'a",
    "'a\nb'",
    "'\\x4'",
    "'\\U00110000'",
    "'\\N{DASH}'",
    "r'a'",
    "f'a'",
    "b'ä'",
    "b'\\",
    '# comment',
    'None None',
    '['.repeat(50),
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => read(text), failsWith('FF1201', 'a.png: character'));
    });
  }
});

describe('writeLiteral', () => {
  it("writes floats as Python's repr", () => {
    const floats: readonly (readonly [number, string])[] = [
      [0, '0.0'],
      [-0, '-0.0'],
      [2.4, '2.4'],
      [1e-4, '0.0001'],
      [1e-5, '1e-05'],
      [1.25e-7, '1.25e-07'],
      [1e15, '1000000000000000.0'],
      [1e16, '1e+16'],
      [1.5e300, '1.5e+300'],
      [5e-324, '5e-324'],
    ];
    for (const [value, text] of floats) assert.equal(pythonFloat(value), text);
  });

  it('writes the keys, quotes and bytes as Python does', () => {
    const value = new Map<string, PyValue>([
      ["it's", PyList.of([1, 2.5, null, true])],
      ['both \' "', new PyTuple([1])],
      ['\x00\u2028', Uint8Array.of(0, 39, 92, 200)],
      ['floats', PyList.of(Float64Array.of(1, 2))],
    ]);
    assert.equal(
      writeLiteral(value),
      `{"it's": [1, 2.5, None, True], 'both \\' "': (1,), '\\x00\\u2028': b"\\x00'\\\\\\xc8", 'floats': [1.0, 2.0]}`,
    );
  });
});
