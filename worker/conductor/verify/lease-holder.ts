import { z } from 'zod';
import type { Store } from '../../store/store.ts';
import type { Holder } from './output-place.ts';

const LEASES = 'lease/';
const claim = z.object({ owner: z.string(), since: z.string() });
/** Holders give a sign of life every few seconds, and count as dead after thirty without one; clocks may differ by some more. */
const SILENT_MS = 90_000;

/** Who holds the lease on an output in a store without locks; null when nobody does. Changes nothing. */
export async function leaseHolder(store: Store): Promise<Holder | null> {
  let last = '';
  let signMs: number | undefined;
  for await (const { key, modifiedMs } of store.list(LEASES)) {
    if (/^lease\/\d{9}$/.test(key)) last = key;
    if (key === `${last}.alive`) signMs = modifiedMs;
  }
  if (last === '') return null;
  const sign = await textOf(store, `${last}.alive`);
  if (sign === 'released') return null;
  const isAlive = signMs === undefined ? null : Math.abs(Date.now() - signMs) < SILENT_MS;
  return { who: whoIn(await textOf(store, last)), isAlive };
}

async function textOf(store: Store, key: string): Promise<string> {
  return (await store.head(key)) === null ? '' : Buffer.from(await store.get(key)).toString('utf8');
}

function whoIn(text: string): string {
  try {
    const { owner, since } = claim.parse(JSON.parse(text));
    return `${owner} since ${since}`;
  } catch {
    return 'another process';
  }
}
