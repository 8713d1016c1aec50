import { FacefleetError } from '../../errors/facefleet-error.ts';
import { decodePart, PARTS_PREFIX, type PartLine, partKey, partNumber } from '../../formats/part.ts';
import type { Store } from '../../store/store.ts';
import type { Findings } from './findings.ts';

/** The keys of all parts under a prefix, in their order. */
export async function partKeys(store: Store, prefix = PARTS_PREFIX): Promise<string[]> {
  const numbers: number[] = [];
  for await (const { key } of store.list(prefix)) {
    const number = partNumber(key, prefix);
    if (number !== null) numbers.push(number);
  }
  return numbers.sort((a, b) => a - b).map((number) => partKey(number, prefix));
}

/** Reports parts that are missing among `keys`, which begin with number 0. */
export function reportMissingParts(keys: readonly string[], findings: Findings, prefix = PARTS_PREFIX): void {
  let expected = 0;
  for (const key of keys) {
    const number = partNumber(key, prefix) ?? 0;
    const missing = number - expected;
    if (missing > 0) {
      const detail =
        missing === 1 ? 'it is not there' : `it and ${missing - 1} more before ${key} are not there`;
      findings.add('PartMissing', { key: partKey(expected, prefix), detail });
    }
    expected = number + 1;
  }
}

/** The lines of a part; none when it is damaged or gone, which is reported when `findings` are given. */
export async function partLines(
  store: Store,
  key: string,
  findings: Findings | null,
  prefix = PARTS_PREFIX,
): Promise<readonly PartLine[]> {
  if ((await store.head(key)) === null) {
    findings?.add('PartMissing', { key, detail: 'it is not there any more' });
    return [];
  }
  try {
    return decodePart(key, await store.get(key), prefix);
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.code !== 'FF4005') throw error;
    findings?.add('PartDamaged', { key, detail: error.detail.slice(key.length + 2) });
    return [];
  }
}
