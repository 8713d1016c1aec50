import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import type { Store } from '../../store/store.ts';

const PREFIX = 'lease/';
const claim = z.object({ nonce: z.string(), owner: z.string(), since: z.string() });

export interface LeaseOptions {
  /** Who asks. A lease that is held under the same name is taken over at once: its holder is known to have ended. */
  readonly owner: string;
  /** A holder that shows no sign of life for so long counts as dead; it gives one every tenth of that. Default 30 s. */
  readonly expiryMs?: number;
  readonly signal?: AbortSignal;
}

/** A held lease on an output. */
export interface OutputLease {
  /** Aborts with FF4003 when another process has taken over. */
  readonly lost: AbortSignal;
  /** Looks whether it is still held. @throws FacefleetError FF4003 when it is not, FF4006 when that cannot be told */
  confirm(): Promise<void>;
  /** Gives the output free. */
  release(): Promise<void>;
}

/**
 * Takes an output in a store without locks for this process, with `putIfAbsent` alone. The lease is a row of claims `lease/000000007`,
 * each of which one process can make; the last one holds. Beside it its holder writes `lease/000000007.alive` again and again. Whoever
 * sees that unchanged for `expiryMs` of his own clock makes the next claim; a holder that finds a claim after his own has lost.
 *
 * A holder that stands still for longer than `expiryMs` and goes on may write once more before it notices. Parts cannot be replaced by
 * that; so that the other files are not either, ask `confirm` before they are written.
 * @throws FacefleetError FF4003 when another process holds it and is alive
 */
export async function leaseOutput(store: Store, options: LeaseOptions): Promise<OutputLease> {
  const { owner, expiryMs = 30_000, signal } = options;
  const own = { nonce: randomUUID(), owner, since: new Date().toISOString() };
  let number = await lastClaim(store);
  if (number > 0) await waitUntilFree(store, number, owner, expiryMs, signal);
  number += 1;
  const won = await store.putIfAbsent(claimKey(number), Buffer.from(JSON.stringify(own)), { durable: true });
  if (!won && (await readClaim(store, number))?.nonce !== own.nonce)
    throw new FacefleetError('FF4003', `${store.location}: another process was faster`);
  const lost = new AbortController();
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    if ((await lastClaim(store)) > number)
      lost.abort(new FacefleetError('FF4003', `${store.location}: it was taken over`));
  };
  const beating = beat(store, number, expiryMs / 10, look, AbortSignal.any([stop.signal, lost.signal]));
  await removeEarlier(store, number);
  return {
    lost: lost.signal,
    async confirm() {
      await look();
      lost.signal.throwIfAborted();
    },
    async release() {
      stop.abort();
      await beating;
      if (lost.signal.aborted) return;
      // the claim stays, so that nobody makes it again; the word says that it holds no more
      await store.put(aliveKey(number), Buffer.from('released'));
    },
  };
}

function claimKey(number: number): string {
  return PREFIX + String(number).padStart(9, '0');
}

function aliveKey(number: number): string {
  return `${claimKey(number)}.alive`;
}

/** The number of the last claim; 0 when there is none. */
async function lastClaim(store: Store): Promise<number> {
  let last = 0;
  for await (const { key } of store.list(PREFIX)) {
    const digits = /^lease\/(\d{9})$/.exec(key)?.[1];
    if (digits !== undefined) last = Math.max(last, Number(digits));
  }
  return last;
}

async function readClaim(store: Store, number: number): Promise<z.infer<typeof claim> | null> {
  const text = await readText(store, claimKey(number));
  try {
    return text === null ? null : claim.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function readText(store: Store, key: string): Promise<string | null> {
  return (await store.head(key)) === null ? null : Buffer.from(await store.get(key)).toString('utf8');
}

/** @throws FacefleetError FF4003 as soon as the holder shows a sign of life */
async function waitUntilFree(
  store: Store,
  number: number,
  owner: string,
  expiryMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const held = await readClaim(store, number);
  const first = await readText(store, aliveKey(number));
  if (first === 'released' || held?.owner === owner) return;
  const untilMs = performance.now() + expiryMs;
  while (performance.now() < untilMs) {
    await sleep(Math.min(1000, expiryMs / 4), undefined, { ...(signal && { signal }) });
    const now = await readText(store, aliveKey(number));
    if (now === 'released') return;
    if (now !== first || (await lastClaim(store)) !== number) {
      const who = held === null ? 'another process' : `${held.owner} since ${held.since}`;
      throw new FacefleetError('FF4003', `${store.location}: held by ${who}`);
    }
  }
}

/** Shows signs of life until told to stop; errors of the store are left to the next try. */
async function beat(
  store: Store,
  number: number,
  everyMs: number,
  look: () => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  for (let count = 0; !stop.aborted; count++) {
    try {
      await store.put(aliveKey(number), Buffer.from(String(count)));
      await look();
    } catch {}
    await sleep(everyMs, undefined, { signal: stop, ref: false }).catch(() => {});
  }
}

async function removeEarlier(store: Store, number: number): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list(PREFIX)) if (key < claimKey(number)) keys.push(key);
  await store.deleteMany(keys);
}
