import { hash, randomBytes } from 'node:crypto';
import { RESERVED_PREFIX } from './check-key.ts';
import { ownProcess, startOf } from './process-identity.ts';

const PREFIX = `${RESERVED_PREFIX}tmp-`;
const PATTERN = /^\.facefleet\.tmp-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-[0-9a-f]{12}$/;
/** A file of another host or container whose process cannot be looked at is a leftover after a day without a write. */
const FOREIGN_LEFTOVER_MS = 24 * 3600 * 1000;

/** A fresh name for a file that is being written; it tells which process writes it. */
export function tmpName(): string {
  const { pid, started } = ownProcess();
  return `${PREFIX}${hostTag()}-${pid}-${startTag(started)}-${randomBytes(6).toString('hex')}`;
}

/** Whether `name` was made by `tmpName`, here or elsewhere. */
export function isTmpName(name: string): boolean {
  return PATTERN.test(name);
}

/**
 * Whether the writer of the temporary file `name` is gone, so that the file can be removed.
 * @param idleMs time since the file's last write
 */
export function isLeftover(name: string, idleMs: number): boolean {
  const [, host, pid, start] = PATTERN.exec(name) ?? [];
  if (host === undefined || pid === undefined) return false;
  if (host !== hostTag()) return idleMs > FOREIGN_LEFTOVER_MS;
  const started = startOf(Number(pid));
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  return startTag(started) !== start;
}

function hostTag(): string {
  const { host, pidSpace } = ownProcess();
  return hash('sha256', `${host}\n${pidSpace}`).slice(0, 8);
}

function startTag(started: string): string {
  return hash('sha256', `${ownProcess().boot}\n${started}`).slice(0, 8);
}
