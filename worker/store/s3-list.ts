import { keyFault } from './check-key.ts';
import { compareCodePoints } from './compare-code-points.ts';
import { retried, type Tries } from './retry.ts';
import { type S3Api, S3Failure } from './s3-api.ts';
import type { Stored } from './store.ts';

/**
 * The objects under `root + prefix` by keys relative to `root`, page by page as they are asked for. Throws S3Failure, also when
 * the server does not list by name, as S3's directory buckets do.
 * @param startAfter full key, '' to begin at the first
 * @param onLeftOut see `ListOptions`
 */
export async function* listObjects(
  api: S3Api,
  root: string,
  prefix: string,
  startAfter: string,
  tries: Tries,
  onLeftOut?: () => void,
): AsyncGenerator<Stored> {
  const { signal } = tries;
  let last = '';
  for (let token: string | undefined; ; ) {
    const page = await retried(() => api.list(root + prefix, { startAfter, token }, signal), tries);
    for (const { key: full, etag, ...about } of page.objects) {
      if (last !== '' && compareCodePoints(full, last) <= 0) {
        throw new S3Failure('final', `the server does not list by name: ${full} comes after ${last}`);
      }
      last = full;
      const key = full.slice(root.length);
      if (keyFault(key) === '')
        yield { key, ...about, ...(etag !== undefined && { version: versionOf(etag) }) };
      else if (key !== '' && !key.endsWith('/')) onLeftOut?.();
    }
    if (page.token === null) return;
    token = page.token;
  }
}

function versionOf(etag: string): string {
  return etag.replace(/^(W\/)?"|"$/g, '');
}
