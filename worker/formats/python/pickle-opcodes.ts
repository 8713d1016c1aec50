import { putItem, putItems, readMarked } from './pickle-containers.ts';
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
export const OPCODES: readonly (Opcode | undefined)[] = table({
  128: (m) => protocol(m), // PROTO
  149: (m) => frame(m), // FRAME
  46: (m) => {
    m.done = true; // STOP
  },
  40: (m) => readMarked(m), // MARK
  48: (m) => void m.pop(), // POP
  49: (m) => void m.popMark(), // POP_MARK
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  74: (m) => m.push(m.view.getInt32(m.take(4), true)), // BININT
  75: (m) => m.push(m.view.getUint8(m.take(1))), // BININT1
  77: (m) => m.push(m.view.getUint16(m.take(2), true)), // BININT2
  138: (m) => m.push(longInteger(m, m.view.getUint8(m.take(1)))), // LONG1
  71: (m) => made(m, COSTS.number, m.view.getFloat64(m.take(8), false)), // BINFLOAT
  140: (m) => m.push(m.text(m.view.getUint8(m.take(1)))), // SHORT_BINUNICODE
  88: (m) => m.push(m.text(m.view.getUint32(m.take(4), true))), // BINUNICODE
  141: (m) => m.push(m.text(m.longLength())), // BINUNICODE8
  67: (m) => m.push(m.raw(m.view.getUint8(m.take(1)))), // SHORT_BINBYTES
  66: (m) => m.push(m.raw(m.view.getUint32(m.take(4), true))), // BINBYTES
  142: (m) => m.push(m.raw(m.longLength())), // BINBYTES8
  150: (m) => m.push(m.raw(m.longLength())), // BYTEARRAY8
  93: (m) => made(m, COSTS.list, new PyList()), // EMPTY_LIST
  125: (m) => made(m, COSTS.dict, new Map()), // EMPTY_DICT
  41: (m) => made(m, COSTS.tuple, new PyTuple([])), // EMPTY_TUPLE
  133: (m) => tuple(m, 1), // TUPLE1
  134: (m) => tuple(m, 2), // TUPLE2
  135: (m) => tuple(m, 3), // TUPLE3
  116: (m) => made(m, COSTS.tuple, tupleOf(m.popMark())), // TUPLE
  97: (m) => putItems(m, [m.pop()]), // APPEND
  101: (m) => putItems(m, m.popMark()), // APPENDS
  115: (m) => putItem(m), // SETITEM
  117: (m) => putItems(m, m.popMark()), // SETITEMS
  148: (m) => m.memoize(), // MEMOIZE
  113: (m) => m.put(m.view.getUint8(m.take(1))), // BINPUT
  114: (m) => m.put(m.view.getUint32(m.take(4), true)), // LONG_BINPUT
  104: (m) => m.push(m.get(m.view.getUint8(m.take(1)))), // BINGET
  106: (m) => m.push(m.get(m.view.getUint32(m.take(4), true))), // LONG_BINGET
  99: (m) => m.push(globalNamed(m, line(m), line(m))), // GLOBAL
  147: (m) => stackGlobal(m), // STACK_GLOBAL
  82: (m) => reduce(m), // REDUCE
  98: (m) => build(m), // BUILD
});

function table(opcodes: Readonly<Record<number, Opcode>>): readonly (Opcode | undefined)[] {
  return Array.from({ length: 256 }, (_, code) => opcodes[code]);
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

function tuple(machine: PickleMachine, count: number): void {
  const items: PickleItem[] = [];
  for (let i = 0; i < count; i++) items.unshift(machine.pop());
  made(machine, COSTS.tuple, tupleOf(items));
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
