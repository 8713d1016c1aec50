import { retried, type Tries } from './retry.ts';
import { type S3Api, S3Failure } from './s3-api.ts';

/** S3's limit for one request. */
const BATCH = 1000;
/** Deletes of one key each on their way at once. */
const WIDTH = 16;
/** What XML 1.0 cannot hold, and what its readers change: such keys cannot be named in a request body. */
const NO_XML = /[^\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Deletes keys as they come, 1,000 in a request where that can be. Throws the S3Failure of the first that cannot be deleted. */
export async function deleteObjects(
  api: S3Api,
  keys: Iterable<string> | AsyncIterable<string>,
  tries: Tries,
): Promise<void> {
  let batch: string[] = [];
  const singles: string[] = [];
  for await (const key of keys) {
    if (NO_XML.test(key)) {
      if (singles.push(key) === WIDTH) await deleteSingly(api, singles.splice(0), tries);
    } else if (batch.push(key) === BATCH) {
      await deleteBatch(api, batch, tries);
      batch = [];
    }
  }
  await deleteSingly(api, singles, tries);
  if (batch.length > 0) await deleteBatch(api, batch, tries);
}

async function deleteBatch(api: S3Api, batch: readonly string[], tries: Tries): Promise<void> {
  let left = batch;
  try {
    await retried(async () => {
      const failures = await api.deleteMany(left, tries.signal);
      left = left.filter((key) => failures.has(key));
      // A failure for good must not hide behind one that passes.
      const [first] = [...failures.values()].sort((a, b) => rank(tries, a) - rank(tries, b));
      if (first) throw first;
    }, tries);
  } catch (error) {
    // Not every server knows this request; those that do may have failed at single keys, which then fail again.
    if (!(error instanceof S3Failure) || error.kind !== 'final') throw error;
    while (left.length > 0) {
      await deleteSingly(api, left.slice(0, WIDTH), tries);
      left = left.slice(WIDTH);
    }
  }
}

function rank({ judge }: Tries, failure: S3Failure): number {
  return judge(failure) === null ? 0 : 1;
}

async function deleteSingly(api: S3Api, keys: readonly string[], tries: Tries): Promise<void> {
  await Promise.all(keys.map((key) => retried(() => api.delete(key, tries.signal), tries)));
}
