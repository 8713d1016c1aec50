import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../../worker/conductor/status/status.ts';
import { StatusReader } from '../../worker/conductor/status/status-reader.ts';
import { openOutputPlace } from '../../worker/conductor/verify/output-place.ts';
import { statusText } from './status-text.ts';
import { writeAll } from './write-all.ts';

export interface StatusCommandOptions {
  readonly output: 'text' | 'json';
  /** How often it is told; null: once. */
  readonly watchSeconds: number | null;
}

/** Back to the left upper corner; what stands there is removed. */
const CLEAR = '\x1b[H\x1b[2J';

/**
 * Prints how far an extraction is.
 * @throws FacefleetError see `openOutputPlace` and `StatusReader`
 */
export async function runStatus(address: string, options: StatusCommandOptions): Promise<void> {
  const reader = new StatusReader(await openOutputPlace(address));
  await writeAll(texts(address, reader, options));
}

async function* texts(
  address: string,
  reader: StatusReader,
  { output, watchSeconds }: StatusCommandOptions,
): AsyncGenerator<string> {
  const clear = watchSeconds !== null && process.stdout.isTTY ? CLEAR : '';
  for (;;) {
    const status: Status = await reader.read();
    yield output === 'json'
      ? `${JSON.stringify({ output: address, ...status })}\n`
      : clear + statusText(address, status, Date.now());
    if (watchSeconds === null || status.state !== 'running') return;
    await sleep(watchSeconds * 1000);
  }
}
