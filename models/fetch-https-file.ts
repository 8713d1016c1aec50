import { errorText, FacefleetError } from '../worker/errors/facefleet-error.ts';

const TIMEOUT_MS = 120_000;
const MAX_BYTES = 500_000_000;

/**
 * Fetches one file.
 * @throws FacefleetError FF2002
 */
export async function fetchHttpsFile(url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    if (Number(response.headers.get('content-length') ?? 0) > MAX_BYTES)
      throw new Error('the file is too large');
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const reason =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : errorText(error);
    throw new FacefleetError('FF2002', `${url}: ${reason}`, { cause: error });
  }
}
