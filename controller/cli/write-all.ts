import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes texts to stdout as fast as its reader takes them. A reader that goes away (`| head`) ends the writing without an error.
 */
export async function writeAll(texts: AsyncIterable<string> | Iterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(texts), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}
