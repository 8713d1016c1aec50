import { getHeapStatistics } from 'node:v8';
import { type PickleLimits, PickleMachine } from './pickle-machine.ts';
import { OPCODES } from './pickle-opcodes.ts';
import type { PyValue } from './py-value.ts';

/** Part of the heap that one pickle may take. */
const HEAP_SHARE = 0.6;
const SMALL_BYTES = 48 * 1024 * 1024;
/** A byte of a packed pickle makes fewer bytes of memory than this (frames without faces: half), unless it was made to exhaust it. */
const HELD_PER_BYTE = 512;

/** Limits for a pickle that came in a file of `fileBytes`. */
export function pickleLimits(fileBytes: number): PickleLimits {
  const heldBytes = Math.min(
    SMALL_BYTES + HELD_PER_BYTE * fileBytes,
    HEAP_SHARE * getHeapStatistics().heap_size_limit,
  );
  return { depth: 64, stack: 1_000_000, heldBytes };
}

/**
 * The value of a pickle (Python's pickle, protocols 2 to 5) of plain data: dicts with text keys, lists, tuples, texts, bytes,
 * numbers, booleans and None, and numpy arrays of numbers, which become lists. Nothing that a pickle names is ever run: a few
 * names are known and read as the data that they stand for. Bytes are views of `bytes`.
 *
 * @param where names the file in errors
 * @throws FacefleetError FF1201 when it is damaged, FF1204 (naming what and where) when it holds anything else than such data,
 * FF1205 when it passes a limit
 */
export function unpickle(bytes: Uint8Array, where: string, limits = pickleLimits(bytes.length)): PyValue {
  const machine = new PickleMachine(bytes, where, limits);
  while (!machine.done) {
    machine.begin();
    const code = bytes[machine.take(1)] as number;
    const opcode = OPCODES[code];
    if (opcode === undefined) throw machine.refusal(`opcode 0x${code.toString(16).padStart(2, '0')}`);
    opcode(machine);
  }
  const value = machine.plain(machine.pop());
  if (machine.stack.length > 0) throw machine.damage('values are left over');
  return value;
}
