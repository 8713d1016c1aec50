import { randomBytes } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { dirError, errno } from './dir-error.ts';
import { makeDirs } from './make-dirs.ts';
import { ownProcess, processState } from './process-identity.ts';
import { tmpName } from './tmp-name.ts';

/** The name of the lock file in a folder that a run writes to. */
export const LOCK_NAME = '.facefleet.lock';

/** A held lock on a folder. */
export interface DirLock {
  /** Gives the folder free; no error when that happened already. */
  release(): Promise<void>;
}

const lockText = z.object({
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  host: z.string(),
  boot: z.string(),
  pidSpace: z.string(),
  pid: z.int().positive(),
  started: z.string(),
  since: z.string(),
  owner: z.string().exactOptional(),
});
type LockText = z.infer<typeof lockText>;

const TRIES = 20;

/** Who holds a folder. */
export interface LockHolder {
  /** `process 12 on host since …`, for people. */
  readonly who: string;
  /** Null when it is of another host or container, where nobody can look. */
  readonly isAlive: boolean | null;
}

/**
 * Who holds the lock on the folder `path`; null when nobody does. Changes nothing. Throws FF4003 when the lock cannot be understood,
 * FF4006 when it cannot be read.
 */
export async function lockHolder(path: string): Promise<LockHolder | null> {
  const lock = join(resolve(path), LOCK_NAME);
  try {
    const held = await readLock(lock);
    if (held === null) return null;
    const state = processState(held);
    return { who: whoHolds(held), isAlive: state === 'unknown' ? null : state === 'alive' };
  } catch (error) {
    throw dirError('FF4006', lock, error);
  }
}

/**
 * Takes the folder `path` (made when missing) for this process. A lock whose process has ended is taken over; one that runs, or
 * that belongs to another host or container, is respected. Throws FF4003 with pid and host of the holder, FF4001 when the folder cannot be
 * written.
 *
 * Take-over is safe with any number of rivals: whoever wants to succeed the dead holder of the lock with nonce N must create
 * `.facefleet.lock.N` (which one process can), see that N still holds the lock, and then rename its own lock over it. A successor
 * that dies half-way is succeeded in the same way.
 * @param options.owner who asks. A lock of a process that nobody can look at is taken over when it is held under the same name: its
 * holder is known to have ended
 */
export async function lockDir(path: string, { owner }: { readonly owner?: string } = {}): Promise<DirLock> {
  const folder = resolve(path);
  try {
    await makeDirs(folder);
    for (let tries = 0; tries < TRIES; tries++) {
      const nonce = await tryLock(folder, owner);
      if (nonce !== null) return { release: () => release(folder, nonce) };
    }
  } catch (error) {
    throw dirError('FF4001', join(folder, LOCK_NAME), error);
  }
  throw new FacefleetError('FF4003', `${folder}: its lock changes hands all the time`);
}

/** The nonce of the lock taken, or null when the lock changed meanwhile and must be looked at again. */
async function tryLock(folder: string, owner: string | undefined): Promise<string | null> {
  const lock = join(folder, LOCK_NAME);
  const nonce = randomBytes(16).toString('hex');
  const own = join(folder, tmpName());
  const text: LockText = {
    nonce,
    ...ownProcess(),
    since: new Date().toISOString(),
    ...(owner !== undefined && { owner }),
  };
  await writeFile(own, JSON.stringify(text));
  try {
    if (await linked(own, lock)) return nonce;
    const held = await readLock(lock);
    if (held === null) return null;
    const chain: string[] = [];
    for (let dead = held; ; ) {
      refuseUnlessDead(folder, dead, owner);
      const claim = `${lock}.${dead.nonce}`;
      chain.push(claim);
      if (await linked(own, claim)) break;
      const successor = await readLock(claim);
      if (successor === null) return null;
      dead = successor;
    }
    if ((await readLock(lock))?.nonce !== held.nonce) {
      await removeFile(chain.at(-1) ?? '');
      return null;
    }
    await rename(own, lock);
    for (const claim of chain) await removeFile(claim);
    return nonce;
  } finally {
    await removeFile(own);
  }
}

function refuseUnlessDead(folder: string, held: LockText, owner: string | undefined): void {
  const state = processState(held);
  if (state === 'dead' || (state === 'unknown' && owner !== undefined && held.owner === owner)) return;
  const advice = state === 'unknown' ? `; if that has ended, delete ${join(folder, LOCK_NAME)}` : '';
  throw new FacefleetError('FF4003', `${folder}: held by ${whoHolds(held)}${advice}`);
}

function whoHolds({ pid, host, since }: LockText): string {
  return `process ${pid} on ${host} since ${since}`;
}

async function release(folder: string, nonce: string): Promise<void> {
  const lock = join(folder, LOCK_NAME);
  try {
    if ((await readLock(lock))?.nonce === nonce) await removeFile(lock);
  } catch (error) {
    if (error instanceof FacefleetError && error.code === 'FF4003') return; // Not our lock any more.
    throw dirError('FF4001', lock, error);
  }
}

/** Links `from` to the free name `to`; false when it is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errno(error) === 'EEXIST') return false;
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errno(error))) return await copied(from, to);
    throw error;
  }
}

/** For file systems without links: the exclusive creation decides. */
async function copied(from: string, to: string): Promise<boolean> {
  try {
    await writeFile(to, await readFile(from), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errno(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readLock(path: string): Promise<LockText | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errno(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return lockText.parse(JSON.parse(text));
  } catch (error) {
    throw new FacefleetError('FF4003', `${path} cannot be read; if no facefleet runs there, delete it`, {
      cause: error,
    });
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errno(error) !== 'ENOENT') throw error;
  }
}
