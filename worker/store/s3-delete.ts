import { retried, type Tries } from './retry.ts';
import type { S3Api, S3Failure } from './s3-api.ts';

/** S3's limit for one request. */
const BATCH = 1000;

/** Deletes keys as they come, 1,000 in a request. Throws the S3Failure of the first that cannot be deleted. */
export async function deleteObjects(
  api: S3Api,
  keys: Iterable<string> | AsyncIterable<string>,
  tries: Tries,
): Promise<void> {
  let batch: string[] = [];
  for await (const key of keys) {
    if (batch.push(key) < BATCH) continue;
    await deleteBatch(api, batch, tries);
    batch = [];
  }
  if (batch.length > 0) await deleteBatch(api, batch, tries);
}

async function deleteBatch(api: S3Api, batch: readonly string[], tries: Tries): Promise<void> {
  let left = batch;
  await retried(async () => {
    const failures = await api.deleteMany(left, tries.signal);
    left = left.filter((key) => failures.has(key));
    const [first] = finalFirst(failures);
    if (first) throw first;
  }, tries);
}

/** A failure for good must not hide behind one that passes. */
function finalFirst(failures: ReadonlyMap<string, S3Failure>): S3Failure[] {
  const passes = ({ kind }: S3Failure): number => (kind === 'transient' || kind === 'throttled' ? 1 : 0);
  return [...failures.values()].filter(({ kind }) => kind !== 'absent').sort((a, b) => passes(a) - passes(b));
}
