import { COSTS, type PickleItem, type PickleMachine } from './pickle-machine.ts';
import { PyList } from './py-list.ts';
import type { PyValue } from './py-value.ts';

const BININT1 = 0x4b;
const BINFLOAT = 0x47;
const APPENDS = 0x65;
/** Shorter runs of numbers are not worth a typed array of their own. */
const SHORTEST_BYTE_RUN = 16;

/** MARK; a run of equal numbers up to APPENDS is taken into the list below at once. */
export function readMarked(machine: PickleMachine): void {
  const list = machine.stack.at(-1);
  const numbers = list instanceof PyList ? (byteRun(machine) ?? floatRun(machine)) : null;
  if (numbers === null) {
    machine.mark();
    return;
  }
  machine.spend(Array.isArray(numbers) ? numbers.length * COSTS.number : COSTS.view + numbers.byteLength);
  (machine.top() as PyList).append(numbers);
}

/** APPEND and APPENDS: puts items at the end of the list on top of the stack. */
export function appendItems(machine: PickleMachine, items: PickleItem[]): void {
  const list = machine.top();
  if (!(list instanceof PyList)) throw machine.damage('a value is appended to what is no list');
  machine.spend(COSTS.number * items.length);
  list.append(machine.plains(items));
}

/** SETITEM and SETITEMS: puts keys and values, in turns, into the dict on top of the stack. */
export function setItems(machine: PickleMachine, items: PickleItem[]): void {
  const dict = machine.top();
  const values = machine.plains(items);
  if (values.length % 2 === 1) throw machine.damage('a key has no value');
  for (let i = 0; i < values.length; i += 2) setItem(machine, dict, values[i], values[i + 1]);
}

function setItem(
  machine: PickleMachine,
  dict: PickleItem,
  key: PyValue | undefined,
  value: PyValue | undefined,
): void {
  if (!(dict instanceof Map)) throw machine.damage('an entry is set in what is no dict');
  if (typeof key !== 'string') throw machine.damage('a key is no text');
  machine.spend(COSTS.entry);
  dict.set(key, value as PyValue);
}

/** The integers of a run `BININT1 n BININT1 n … APPENDS` that starts here. */
function byteRun(machine: PickleMachine): Uint8Array | null {
  const { bytes, at } = machine;
  let end = at;
  while (bytes[end] === BININT1) end += 2;
  const count = (end - at) / 2;
  if (count < SHORTEST_BYTE_RUN || bytes[end] !== APPENDS) return null;
  machine.take(end + 1 - at);
  const numbers = new Uint8Array(count);
  for (let i = 0; i < count; i++) numbers[i] = bytes[at + 2 * i + 1] as number;
  return numbers;
}

/** The floats of a run `BINFLOAT x BINFLOAT x … APPENDS` that starts here. */
function floatRun(machine: PickleMachine): number[] | Float64Array | null {
  const { bytes, at, view } = machine;
  let end = at;
  while (bytes[end] === BINFLOAT) end += 9;
  if (end === at || bytes[end] !== APPENDS) return null;
  machine.take(end + 1 - at);
  const count = (end - at) / 9;
  // points, of which there are many: a typed array would take four times the memory
  if (count === 2) return [view.getFloat64(at + 1, false), view.getFloat64(at + 10, false)];
  const numbers = new Float64Array(count);
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat64(at + 9 * i + 1, false);
  return numbers;
}
