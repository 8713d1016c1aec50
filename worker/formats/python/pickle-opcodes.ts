import { appendItems, readMarked, setItems } from './pickle-containers.ts';
import { build, globalNamed, reduce } from './pickle-globals.ts';
import {
  COSTS,
  isPlain,
  type PickleArguments,
  type PickleItem,
  type PickleMachine,
} from './pickle-machine.ts';
import { PyList } from './py-list.ts';
import { PyTuple } from './py-value.ts';

/** The newest protocol of Python's pickle module. */
const NEWEST_PROTOCOL = 5;
const NEWLINE = 10;

type Opcode = (machine: PickleMachine) => void;

/** What the opcodes do that plain data and numpy arrays are written with (Python's pickletools names them); all others are refused. */
export const OPCODES: readonly (Opcode | undefined)[] = table([
  [0x80, (m) => protocol(m)], // PROTO
  [0x95, (m) => frame(m)], // FRAME
  [0x2e, (m) => m.stop()], // STOP
  [0x28, (m) => readMarked(m)], // MARK
  [0x30, (m) => void m.pop()], // POP
  [0x31, (m) => void m.popMark()], // POP_MARK
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4a, (m) => m.push(m.view.getInt32(m.take(4), true))], // BININT
  [0x4b, (m) => m.push(m.view.getUint8(m.take(1)))], // BININT1
  [0x4d, (m) => m.push(m.view.getUint16(m.take(2), true))], // BININT2
  [0x8a, (m) => m.push(longInteger(m, m.view.getUint8(m.take(1))))], // LONG1
  [0x47, (m) => made(m, COSTS.number, m.view.getFloat64(m.take(8), false))], // BINFLOAT
  [0x8c, (m) => m.push(m.text(m.view.getUint8(m.take(1))))], // SHORT_BINUNICODE
  [0x58, (m) => m.push(m.text(m.view.getUint32(m.take(4), true)))], // BINUNICODE
  [0x8d, (m) => m.push(m.text(m.longLength()))], // BINUNICODE8
  [0x43, (m) => m.push(m.raw(m.view.getUint8(m.take(1))))], // SHORT_BINBYTES
  [0x42, (m) => m.push(m.raw(m.view.getUint32(m.take(4), true)))], // BINBYTES
  [0x8e, (m) => m.push(m.raw(m.longLength()))], // BINBYTES8
  [0x96, (m) => m.push(m.raw(m.longLength()))], // BYTEARRAY8
  [0x5d, (m) => made(m, COSTS.list, new PyList())], // EMPTY_LIST
  [0x7d, (m) => made(m, COSTS.dict, new Map())], // EMPTY_DICT
  [0x29, (m) => made(m, COSTS.tuple, new PyTuple([]))], // EMPTY_TUPLE
  [0x85, (m) => made(m, COSTS.tuple, tupleOf([m.pop()]))], // TUPLE1
  [0x86, (m) => made(m, COSTS.tuple, tupleOf([m.pop(), m.pop()].reverse()))], // TUPLE2
  [0x87, (m) => made(m, COSTS.tuple, tupleOf([m.pop(), m.pop(), m.pop()].reverse()))], // TUPLE3
  [0x74, (m) => made(m, COSTS.tuple, tupleOf(m.popMark()))], // TUPLE
  [0x61, (m) => appendItems(m, [m.pop()])], // APPEND
  [0x65, (m) => appendItems(m, m.popMark())], // APPENDS
  [0x73, (m) => setItems(m, [m.pop(), m.pop()].reverse())], // SETITEM
  [0x75, (m) => setItems(m, m.popMark())], // SETITEMS
  [0x94, (m) => m.memoize()], // MEMOIZE
  [0x71, (m) => m.put(m.view.getUint8(m.take(1)))], // BINPUT
  [0x72, (m) => m.put(m.view.getUint32(m.take(4), true))], // LONG_BINPUT
  [0x68, (m) => m.push(m.get(m.view.getUint8(m.take(1))))], // BINGET
  [0x6a, (m) => m.push(m.get(m.view.getUint32(m.take(4), true)))], // LONG_BINGET
  [0x63, (m) => m.push(globalNamed(m, line(m), line(m)))], // GLOBAL
  [0x93, (m) => stackGlobal(m)], // STACK_GLOBAL
  [0x52, (m) => reduce(m)], // REDUCE
  [0x62, (m) => build(m)], // BUILD
]);

function table(
  opcodes: readonly (readonly [code: number, opcode: Opcode])[],
): readonly (Opcode | undefined)[] {
  const byCode = new Map(opcodes);
  return Array.from({ length: 256 }, (_, code) => byCode.get(code));
}

function protocol(machine: PickleMachine): void {
  const number = machine.view.getUint8(machine.take(1));
  if (number > NEWEST_PROTOCOL) throw machine.damage(`protocol ${number} is not known`);
}

/** A frame only says how many bytes belong together. */
function frame(machine: PickleMachine): void {
  const length = machine.longLength();
  if (length > machine.bytes.length - machine.at) throw machine.damage('the data end too early');
}

function made(machine: PickleMachine, cost: number, item: PickleItem): void {
  machine.spend(cost);
  machine.push(item);
}

function tupleOf(items: PickleItem[]): PyTuple | PickleArguments {
  return items.every(isPlain)
    ? new PyTuple(items)
    : { global: true, name: 'a tuple of more than data', items };
}

/** A little-endian two's complement integer. */
function longInteger(machine: PickleMachine, byteLength: number): number {
  const start = machine.take(byteLength);
  if (byteLength > 8) throw machine.damage('an integer has more than 8 bytes');
  let value = 0n;
  for (let i = 0; i < byteLength; i++) value |= BigInt(machine.view.getUint8(start + i)) << BigInt(8 * i);
  const number = Number(BigInt.asIntN(8 * byteLength, value));
  if (!Number.isSafeInteger(number)) throw machine.damage('an integer is beyond ±2^53');
  return number;
}

function line(machine: PickleMachine): string {
  const end = machine.bytes.indexOf(NEWLINE, machine.at);
  if (end === -1) throw machine.damage('the data end too early');
  const text = machine.text(end - machine.at);
  machine.take(1);
  return text;
}

function stackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== 'string' || typeof module !== 'string') throw machine.damage('a name is no text');
  machine.push(globalNamed(machine, module, name));
}
