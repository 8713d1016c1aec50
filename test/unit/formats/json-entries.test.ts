import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type JsonEntry,
  jsonEntries,
  MAX_ENTRY_BYTES,
} from '../../../worker/formats/faceswap-json/json-entries.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

async function* chunks(text: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function entries(text: string | Uint8Array, size = 1 << 20): Promise<JsonEntry[]> {
  const all: JsonEntry[] = [];
  for await (const entry of jsonEntries(chunks(text, size), 'x.json')) all.push(entry);
  return all;
}

describe('the entries of a JSON object', () => {
  const object = {
    'a.png': [{ detected: [1, 2, 3, 4] }],
    'q"uo\\te': 'a "string" with {braces], commas \\ and ü 🙂',
    __proto__x: { deep: [[[{}]], [[]]] },
    empty: [],
    number: -1.5e-7,
    nothing: null,
  };

  it('are those that JSON.parse gives, in whatever pieces the text comes', async () => {
    for (const text of [JSON.stringify(object), JSON.stringify(object, null, 2)]) {
      for (const size of [1, 2, 3, 7, 64, 1000]) {
        assert.deepEqual(
          Object.fromEntries((await entries(text, size)).map(({ key, value }) => [key, value])),
          object,
        );
      }
    }
  });

  it('may be none, and blanks and a byte order mark may surround them', async () => {
    assert.deepEqual(await entries('{}'), []);
    assert.deepEqual(await entries(' \r\n\t{ } \n'), []);
    assert.deepEqual(await entries('\uFEFF{"a": 1}\n', 1), [{ key: 'a', value: 1 }]);
  });

  it('keep a name that means something to JavaScript', async () => {
    assert.deepEqual(await entries('{"__proto__": [], "constructor": 2}'), [
      { key: '__proto__', value: [] },
      { key: 'constructor', value: 2 },
    ]);
  });

  const refused: [name: string, text: string | Uint8Array, says: RegExp][] = [
    ['nothing', '', /ends too early/],
    ['blanks', '  ', /ends too early/],
    ['a list', '[]', /no JSON object/],
    ['an open object', '{', /ends too early/],
    ['an entry that is cut', '{"a": [1, 2', /ends too early/],
    ['a string that is cut', '{"a": "b', /ends too early/],
    ['a comma at the end', '{"a": 1,}', /entry is missing/],
    ['a comma at the begin', '{,"a": 1}', /does not begin with its name/],
    ['a name without quotes', '{a: 1}', /does not begin with its name/],
    ['a name without value', '{"a"}', /byte 4/],
    ['two values', '{"a": 1 2}', /byte/],
    ['brackets that do not match', '{"a": [1}, "b": 2}', /byte/],
    ['more behind the object', '{"a": 1} {"b": 2}', /more follows/],
    ['a comment', '{/* */}', /does not begin with its name/],
    ['NaN', '{"a": NaN}', /byte/],
    ['a deep nest', `{"a": ${'['.repeat(40)}${']'.repeat(40)}}`, /nested too deeply/],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /byte/],
  ];
  for (const [name, text, says] of refused) {
    it(`refuse ${name}`, async () => {
      for (const size of [1, 1 << 20])
        await assert.rejects(entries(text, size), failsWith('FF1201', 'x.json', says));
    });
  }

  it('refuse an entry without end before it fills the memory', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"a": "');
      for (;;) {
        given += 1 << 20;
        yield Buffer.alloc(1 << 20, 'x');
      }
    }
    await assert.rejects(
      async () => {
        for await (const _ of jsonEntries(endless(), 'x.json'));
      },
      failsWith('FF1201', 'too long'),
    );
    assert.ok(given <= MAX_ENTRY_BYTES + 2 * (1 << 20));
  });
});
