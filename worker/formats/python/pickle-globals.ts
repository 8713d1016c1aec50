import { arrayOfBuffer, NumpyArray, NumpyType, reconstructed, scalarOf, typeNamed } from './numpy-array.ts';
import type { PickleItem, PickleMachine } from './pickle-machine.ts';
import { PyTuple } from './py-value.ts';

/** Something that a pickle names instead of containing it. It is known by its name and never looked up. */
export interface PickleGlobal {
  readonly global: true;
  /** `module name` as the pickle says. */
  readonly name: string;
  /** What data the name stands for when it is applied to arguments; null when it is only mentioned. */
  readonly apply: ((machine: PickleMachine, args: readonly PickleItem[]) => PickleItem) | null;
}

/** Of numpy 1 and 2. */
const NUMPY_CORES = ['numpy.core', 'numpy._core'];

const GLOBALS = new Map<string, PickleGlobal>();
for (const core of NUMPY_CORES) {
  define(`${core}.multiarray _reconstruct`, reconstructed);
  define(`${core}.multiarray scalar`, scalarOf);
  define(`${core}.numeric _frombuffer`, arrayOfBuffer);
}
define('numpy ndarray', null);
define('numpy dtype', typeNamed);
define('_codecs encode', latin1Bytes);
define('__builtin__ bytes', noBytes);
define('builtins bytes', noBytes);

/** The global of a name. Throws FF1204 for every other than those that plain data and numpy arrays need. */
export function globalNamed(machine: PickleMachine, module: string, name: string): PickleGlobal {
  const found = GLOBALS.get(`${module} ${name}`);
  if (found) return found;
  throw machine.refusal(`it names ${shown(module)}.${shown(name)}`);
}

/** Applies the callable below the arguments on the stack: opcode REDUCE. */
export function reduce(machine: PickleMachine): void {
  const args = machine.pop();
  const callee = machine.pop();
  if (!isGlobal(callee) || callee.apply === null) throw machine.refusal('it applies what is no known name');
  machine.push(callee.apply(machine, itemsOf(machine, args, callee.name)));
}

/** Gives the object below its state on the stack: opcode BUILD. */
export function build(machine: PickleMachine): void {
  const state = machine.pop();
  const object = machine.top();
  if (!(object instanceof NumpyArray) && !(object instanceof NumpyType))
    throw machine.refusal('it sets the state of what is no numpy array');
  object.setState(machine, itemsOf(machine, state, 'the state of a numpy array'));
}

function itemsOf(machine: PickleMachine, item: PickleItem, what: string): readonly PickleItem[] {
  if (item instanceof PyTuple) return item.items;
  if (typeof item === 'object' && item !== null && 'items' in item) return item.items;
  throw machine.damage(`${what} has no values`);
}

function isGlobal(item: PickleItem): item is PickleGlobal {
  return typeof item === 'object' && item !== null && 'apply' in item;
}

function define(name: string, apply: PickleGlobal['apply']): void {
  GLOBALS.set(name, { global: true, name: name.replace(' ', '.'), apply });
}

/** How protocol 2 writes bytes: text whose characters are the bytes, to be encoded as Latin-1. */
function latin1Bytes(machine: PickleMachine, args: readonly PickleItem[]): Uint8Array {
  const [text, encoding] = args;
  if (typeof text !== 'string' || encoding !== 'latin1' || args.length !== 2)
    throw machine.refusal('it encodes text in another way than bytes are written');
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) > 255) throw machine.damage('bytes hold a character above 255');
  machine.spend(160 + text.length);
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** How protocol 2 writes empty bytes. */
function noBytes(machine: PickleMachine, args: readonly PickleItem[]): Uint8Array {
  if (args.length > 0) throw machine.refusal('it makes bytes in another way than they are written');
  return new Uint8Array(0);
}

function shown(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}
