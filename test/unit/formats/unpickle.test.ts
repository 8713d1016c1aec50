import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PyList } from '../../../worker/formats/python/py-list.ts';
import { unpickle } from '../../../worker/formats/python/unpickle.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

const read = (latin1: string) => unpickle(Buffer.from(latin1, 'latin1'), 'some.fsa');

describe('unpickle', () => {
  /** Pickles that run something in Python, and what the refusal must name. */
  const refused: readonly (readonly [name: string, pickle: string, ...parts: string[]])[] = [
    ['a call of os.system', 'cos\nsystem\n(X\x02\x00\x00\x00lstR.', 'os.system', 'byte 0'],
    ['one by stack', '\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02ls\x85R.', 'posix.system', 'byte 17'],
    ['builtins.eval', '\x80\x04\x8c\x08builtins\x8c\x04eval\x93.', 'builtins.eval'],
    ['a class', '\x80\x02ccollections\nOrderedDict\n)R.', 'collections.OrderedDict'],
    ['a known module with another name', 'cnumpy\nload\n.', 'numpy.load'],
    ['an attribute of a known name', 'cnumpy\nndarray.tofile\n.', 'numpy.ndarray.tofile'],
    ['INST', "(S'ls'\nios\nsystem\n.", 'opcode 0x53', 'byte 1'],
    ['OBJ', '(cnumpy\nndarray\no.', 'opcode 0x6f'],
    ['NEWOBJ', 'cnumpy\nndarray\n)\x81.', 'opcode 0x81', 'byte 16'],
    ['NEWOBJ_EX', 'cnumpy\nndarray\n)}\x92.', 'opcode 0x92'],
    ['a persistent id', '\x80\x02X\x01\x00\x00\x00aQ.', 'opcode 0x51'],
    ['an extension', '\x80\x02\x82\x01.', 'opcode 0x82'],
    ['an out-of-band buffer', '\x80\x05\x97.', 'opcode 0x97'],
    ['a set', '\x80\x04\x8f.', 'opcode 0x8f'],
    ['a call of data', '\x80\x02X\x01\x00\x00\x00a)R.', 'applies'],
    ['a call of a class', 'cnumpy\nndarray\n)R.', 'applies'],
    [
      'an array of another class',
      'cnumpy.core.multiarray\n_reconstruct\nX\x01\x00\x00\x00a\x85R.',
      'reconstructs',
    ],
    ['numbers of objects', 'cnumpy\ndtype\nX\x02\x00\x00\x00O8\x85R.', 'numpy.dtype("O8")'],
    [
      'text in another encoding',
      'c_codecs\nencode\nX\x01\x00\x00\x00aX\x05\x00\x00\x00rot13\x86R.',
      'encodes',
    ],
    ['bytes of a length', 'c__builtin__\nbytes\nK\x05\x85R.', 'bytes'],
    ['the state of a dict', '}}b.', 'sets the state'],
    ['a name among data', ']cnumpy\nndarray\na.', 'numpy.ndarray stands where data should'],
    ['a name in a tuple', 'cnumpy\nndarray\n\x85.', 'stands where data should'],
    ['a name as the whole', 'cnumpy\nndarray\n.', 'stands where data should'],
  ];
  for (const [name, pickle, ...parts] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(() => read(pickle), failsWith('FF1204', 'some.fsa', ...parts));
    });
  }

  const damaged: readonly (readonly [name: string, pickle: string, ...parts: string[]])[] = [
    ['nothing', '', 'end too early'],
    ['no end', ']', 'end too early'],
    ['a protocol of the future', '\x80\x06N.', 'protocol 6'],
    ['a value too many', 'NN.', 'left over'],
    ['a value too few', '.', 'missing'],
    ['a value behind a mark', 'N(0.', 'missing'],
    ['no mark', 'Nt.', 'mark'],
    ['an entry without value', '}(X\x01\x00\x00\x00au.', 'no value'],
    ['a key that is a number', '}K\x01Ns.', 'key is no text'],
    ['an entry in a list', ']X\x01\x00\x00\x00aNs.', 'no dict'],
    ['an item in a dict', '}Na.', 'no list'],
    ['a note that is not there', 'h\x00.', 'memo 0'],
    ['a note ahead of its time', 'Nq\x05.', 'memo 5'],
    ['a text that is no UTF-8', 'X\x01\x00\x00\x00\xff.', 'UTF-8'],
    ['a text that is cut', 'X\x09\x00\x00\x00a.', 'end too early'],
    ['a frame that is cut', '\x80\x04\x95\x09\x00\x00\x00\x00\x00\x00\x00N.', 'end too early'],
    ['an integer too large', '\x8a\x08\x00\x00\x00\x00\x00\x00\x20\x00.', '2^53'],
    ['a name without end', 'cnumpy', 'end too early'],
  ];
  for (const [name, pickle, ...parts] of damaged) {
    it(`says what is wrong with ${name}`, () => {
      assert.throws(() => read(pickle), failsWith('FF1201', 'some.fsa: byte', ...parts));
    });
  }

  it('keeps one object one, and lets a list hold itself', () => {
    const list = read(']\x94h\x00a.');
    assert.ok(list instanceof PyList);
    assert.equal(list.at(0), list);
  });

  it('refuses what is nested too deeply, or holds too much', () => {
    assert.throws(() => read('('.repeat(100)), failsWith('FF1205', 'nested'));
    const limits = { depth: 64, stack: 10, heldBytes: 1000 };
    const small = (latin1: string) => () => unpickle(Buffer.from(latin1, 'latin1'), 'some.fsa', limits);
    assert.throws(small('N'.repeat(11)), failsWith('FF1205', 'byte 10', 'values in one container'));
    assert.throws(small(']]]]]]]]'), failsWith('FF1205', 'memory'));
    assert.throws(small(`X\xe8\x03\x00\x00${'a'.repeat(1000)}.`), failsWith('FF1205', 'memory'));
  });
});
