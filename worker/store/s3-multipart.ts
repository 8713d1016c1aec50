import { retried, type Tries } from './retry.ts';
import { type S3Api, S3Failure, type S3Part } from './s3-api.ts';
import { headOrNull } from './s3-head.ts';

/** S3's limit. */
const MAX_PARTS = 10_000;
/** Parts on their way at once. */
const WIDTH = 4;
/** What is left of a failed upload is removed with less patience: the job is failing already. */
const CLEANUP_ATTEMPTS = 3;

/**
 * Sends an object in parts that nobody sees until the last has arrived. On any failure, also of `parts` itself, which comes out unchanged, it
 * waits for the parts on their way and removes what was sent. A server that cannot be reached then keeps it: a lifecycle rule for
 * incomplete multipart uploads is the cure.
 * @param parts 5 MiB to 5 GiB each but for the last
 * @param writer any text that tells this put from all others
 * Throws S3Failure.
 */
export async function putInParts(
  api: S3Api,
  key: string,
  parts: AsyncIterable<Uint8Array>,
  writer: string,
  tries: Tries,
): Promise<void> {
  const { policy, signal } = tries;
  const stop = new AbortController();
  const until = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const upload = await retried(() => api.createUpload(key, { writer, signal }), tries);
  const sent: S3Part[] = [];
  const sending = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const send = async (bytes: Uint8Array, number: number): Promise<void> => {
    try {
      sent.push(
        await retried(() => api.putPart(key, upload, number, bytes, until), { ...tries, signal: until }),
      );
    } catch (error) {
      failure ??= { error };
      stop.abort();
    }
  };
  try {
    let number = 0;
    for await (const bytes of parts) {
      if (++number > MAX_PARTS) throw new S3Failure('final', `the object has more than ${MAX_PARTS} parts`);
      const one: Promise<void> = send(bytes, number).finally(() => sending.delete(one));
      sending.add(one);
      if (sending.size >= WIDTH) await Promise.race(sending);
      if (failure) throw failure.error;
    }
    await Promise.all(sending);
    if (failure) throw failure.error;
    sent.sort((a, b) => a.number - b.number);
    await retried((attempt) => complete(api, key, upload, sent, writer, attempt, signal), tries);
  } catch (error) {
    stop.abort();
    await Promise.all(sending);
    const few = { ...policy, attempts: Math.min(policy.attempts, CLEANUP_ATTEMPTS) };
    await retried(() => api.abortUpload(key, upload), { policy: few, judge: tries.judge }).catch(() => {});
    throw error;
  }
}

/**
 * Servers forget an upload when it is complete (Ceph answers with an internal error then), so an attempt after one whose answer
 * got lost would fail: it looks first whether the object is there.
 */
async function complete(
  api: S3Api,
  key: string,
  upload: string,
  parts: readonly S3Part[],
  writer: string,
  attempt: number,
  signal?: AbortSignal,
): Promise<void> {
  if (attempt > 1 && (await headOrNull(api, key, signal))?.writer === writer) return;
  await api.completeUpload(key, upload, parts, signal);
}
