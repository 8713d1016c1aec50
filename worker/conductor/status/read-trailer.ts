import { z } from 'zod';
import type { Store, Stored } from '../../store/store.ts';

/** More than the last line of a part has. */
const TRAILER_BYTES = 192;
const trailer = z.object({ part: z.number().int(), lines: z.number().int().min(0), sha256: z.string() });

/** The number of results in a part, from its last line; 0 when it is gone or damaged. */
export async function readTrailer(store: Store, { key, bytes }: Stored): Promise<number> {
  const end = await store.get(key, { offset: Math.max(0, bytes - TRAILER_BYTES) }).catch(async (error) => {
    if ((await store.head(key)) === null) return new Uint8Array(0);
    throw error;
  });
  const text = Buffer.from(end).toString('utf8').trimEnd();
  try {
    return trailer.parse(JSON.parse(text.slice(text.lastIndexOf('\n') + 1))).lines;
  } catch {
    return 0;
  }
}
