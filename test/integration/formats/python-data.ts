import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PyList } from '../../../worker/formats/python/py-list.ts';
import { PyTuple, type PyValue } from '../../../worker/formats/python/py-value.ts';

/** For `test(name, { skip })`: the reason, or false when Python is there. */
export const skipWithoutPython =
  spawnSync('python3', ['-c', 'pass']).status === 0 ? false : 'there is no python3';

/** Runs a script of this folder. @returns its output; throws with its errors when it fails */
export function python(script: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('python3', [join(import.meta.dirname, script), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return stdout;
}

/** What JSON can hold of Python data, with bytes, tuples and dicts marked. */
export function plain(value: PyValue): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (value instanceof PyTuple) return { tuple: value.items.map(plain) };
  if (value instanceof PyList) return Array.from(value, plain);
  if (value instanceof Map)
    return { dict: Array.from(value, ([key, item]) => [key, plain(item as PyValue)]) };
  return value;
}
