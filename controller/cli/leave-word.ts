import { writeFileSync } from 'node:fs';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';

/** Kubernetes keeps no more of a termination message, bytes. */
const MAX_BYTES = 4096;

/** The last event of a process; `message` is cut where it is too long. */
export interface LastWord {
  readonly event: string;
  readonly message?: string;
}

/**
 * Leaves the last event of a process as one line of JSON where others find it when the process is gone. A file that cannot be written is
 * told on stderr, and is no reason to fail.
 * @param file null or undefined: nowhere
 */
export function leaveWord(file: string | null | undefined, word: LastWord): void {
  if (!file) return;
  try {
    writeFileSync(file, line(word));
  } catch (error) {
    process.stderr.write(`--termination-log ${file}: ${errorText(error)}\n`);
  }
}

/** The event of a process that failed. */
export function failedWord(error: unknown) {
  const code = error instanceof FacefleetError ? error.code : null;
  return { event: 'failed', code, message: errorText(error) } as const;
}

/** Does the work, and leaves a word when it fails. */
export async function leavingWord(file: string | undefined, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    leaveWord(file, failedWord(error));
    throw error;
  }
}

function line(word: LastWord): string {
  const whole = `${JSON.stringify(word)}\n`;
  const excess = Buffer.byteLength(whole) - MAX_BYTES;
  const { message = '' } = word;
  if (excess <= 0 || message.length < 2) return whole;
  // a character of JSON takes up to six bytes: cut too little rather than too much, and again
  const keep = Math.max(0, message.length - 2 - Math.floor(excess / 6));
  return line({ ...word, message: `${message.slice(0, keep)}…` });
}
