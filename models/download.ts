import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';
import type { NpmSettings } from './npm-settings.ts';

/** Waits before the second and the third attempt. */
const RETRY_DELAYS_MS = [1000, 4000];
const STALL_TIMEOUT_MS = 60_000;
/** Answers that another attempt does not change. */
const FINAL = new Set([
  'E401',
  'E403',
  'E404',
  'EINTEGRITY',
  'ETARGET',
  'ENOVERSIONS',
  'EINVALIDPACKAGENAME',
]);
const DISK = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM']);

export interface DownloadOptions {
  readonly settings: NpmSettings;
  /** Where it comes from, for messages. */
  readonly host: string;
  /** A longer answer is refused as soon as it gets longer. */
  readonly maxBytes: number;
  /** Subresource integrity, when it is known. */
  readonly integrity?: string;
  readonly signal?: AbortSignal | undefined;
  /** Told the bytes so far; starts again at 0 with each attempt. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Downloads an npm package's tarball (`name@version`) or a web file (its URL) to `file`, with npm's own library: its proxies,
 * certificates and credentials apply to both. Three attempts; one ends when nothing comes for a minute.
 * @throws FacefleetError FF2002 when the network or the server is at fault, FF2003 when the bytes are not the expected ones, FF2005 when
 *   `file` cannot be written; the signal's reason when it aborts
 */
export async function download(spec: string, file: string, options: DownloadOptions): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      await downloadOnce(spec, file, options);
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      const delayMs = RETRY_DELAYS_MS[attempt];
      if (delayMs === undefined || isFinal(error)) throw translated(error, spec, file, options);
      await sleep(delayMs, undefined, { signal: options.signal }).catch(() =>
        options.signal?.throwIfAborted(),
      );
    }
  }
}

async function downloadOnce(spec: string, file: string, options: DownloadOptions): Promise<void> {
  const stop = new AbortController();
  const stalled = setTimeout(
    () => stop.abort(new Error(`nothing came for ${STALL_TIMEOUT_MS / 1000} s`)),
    STALL_TIMEOUT_MS,
  );
  const signals = options.signal ? [stop.signal, options.signal] : [stop.signal];
  const signal = AbortSignal.any(signals);
  async function* counted(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of stream) {
      stalled.refresh();
      bytes += chunk.length;
      if (bytes > options.maxBytes) {
        throw new FacefleetError('FF2003', `${spec}: more than the expected ${options.maxBytes} bytes`);
      }
      options.onBytes?.(bytes);
      yield chunk;
    }
  }
  // loaded late: it is large, and most runs find their models in the cache
  const { default: pacote } = await import('pacote');
  const settings = {
    ...options.settings,
    ...(options.integrity === undefined ? {} : { integrity: options.integrity }),
    retry: { retries: 0 },
    timeout: STALL_TIMEOUT_MS,
    signal,
  };
  try {
    const work = pacote.tarball.stream(
      spec,
      (stream) => {
        // it may fail once more after the pipeline has seen the first failure
        stream.on('error', () => undefined);
        return pipeline(counted(stream), createWriteStream(file), { signal });
      },
      settings,
    );
    await Promise.race([work, aborted(signal)]);
  } catch (error) {
    stop.abort();
    throw error;
  } finally {
    clearTimeout(stalled);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function isFinal(error: unknown): boolean {
  return error instanceof FacefleetError || FINAL.has(codeOf(error)) || DISK.has(codeOf(error));
}

function translated(error: unknown, spec: string, file: string, { host }: DownloadOptions): FacefleetError {
  if (error instanceof FacefleetError) return error;
  const code = codeOf(error);
  if (code === 'EINTEGRITY') {
    const { expected, found } = error as { expected?: unknown; found?: unknown };
    const hashes = expected && found ? `expected ${expected}, found ${found}` : errorText(error);
    return new FacefleetError('FF2003', `${spec} from ${host}: ${hashes}`, { cause: error });
  }
  if (DISK.has(code)) return new FacefleetError('FF2005', `${file}: ${errorText(error)}`, { cause: error });
  return new FacefleetError('FF2002', `${spec} from ${host}: ${errorText(error)}`, { cause: error });
}
