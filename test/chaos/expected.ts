import { hash } from 'node:crypto';
import type { FailureLine, FrameLine } from '../fixtures/output-folder.ts';
import { sha256s } from './place.ts';

/** Objects of an undisturbed run, by key. */
export type Objects = ReadonlyMap<string, Uint8Array>;

/**
 * What is wrong with an output, in words; none when it is that of an undisturbed run byte for byte, but for the frames that had to fail.
 * @param deadly keys of those frames
 */
export function faultsOf(actual: Objects, undisturbed: Objects, deadly: readonly string[]): string[] {
  const expected = sha256s(undisturbed);
  const found = sha256s(actual);
  if (deadly.length > 0) leaveOut(expected, found, undisturbed, deadly);
  const faults: string[] = [];
  for (const [key, sum] of expected) {
    if (!found.has(key)) faults.push(`${key} is missing`);
    else if (found.get(key) !== sum) faults.push(`${key} is another one`);
  }
  for (const key of found.keys()) if (!expected.has(key)) faults.push(`${key} is too much`);
  const failed = lines<FailureLine>(actual.get('failures.jsonl')).map(({ key, code }) => `${key} ${code}`);
  const wanted = deadly.map((key) => `${key} FF1012`);
  if (failed.join() !== wanted.join())
    faults.push(`failures: ${failed.join(', ')}; not ${wanted.join(', ')}`);
  return [...accounting(actual, undisturbed), ...faults];
}

/** Every index once, in records and failures together. */
function accounting(actual: Objects, undisturbed: Objects): string[] {
  const indexes = [actual.get('alignments.jsonl'), actual.get('failures.jsonl')]
    .flatMap((bytes) => lines<FrameLine>(bytes))
    .map(({ index }) => index);
  const count = lines<FrameLine>(undisturbed.get('alignments.jsonl')).length;
  const lost = Array.from({ length: count }, (_, i) => i).filter((i) => !indexes.includes(i));
  const twice = indexes.filter((index, i) => indexes.indexOf(index) !== i);
  return [
    ...(lost.length > 0 ? [`lost: ${lost.join(', ')}`] : []),
    ...(twice.length > 0 ? [`duplicated: ${twice.join(', ')}`] : []),
    ...(indexes.length === count + twice.length - lost.length ? [] : ['frames that are not in the source']),
  ];
}

/** Takes what the deadly frames would have given out of what is expected; files that gather all frames have no fixed bytes then. */
function leaveOut(
  expected: Map<string, string>,
  found: Map<string, string>,
  undisturbed: Objects,
  deadly: readonly string[],
): void {
  const text = Buffer.from(undisturbed.get('alignments.jsonl') ?? '').toString();
  const kept: string[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const { key, faces } = JSON.parse(line) as FrameLine;
    if (!deadly.includes(key)) kept.push(`${line}\n`);
    else for (const { crop } of faces) if (crop !== null) expected.delete(crop);
  }
  expected.set('alignments.jsonl', hash('sha256', kept.join('')));
  for (const file of ['failures.jsonl', 'alignments.fsa', 'versions.txt']) {
    expected.delete(file);
    found.delete(file);
  }
}

function lines<T>(bytes: Uint8Array | undefined): T[] {
  const text = Buffer.from(bytes ?? []).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
