import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * One process, told apart from a later one that was given the same number: by its start time, the boot it runs under and, in
 * containers, the pid namespace that its number belongs to. Fields are '' where the system does not tell.
 */
export interface ProcessIdentity {
  readonly host: string;
  /** Linux boot id. */
  readonly boot: string;
  /** Linux pid namespace. */
  readonly pidSpace: string;
  readonly pid: number;
  /** Start time in the system's own words: clock ticks since boot on Linux, `ps` text elsewhere. */
  readonly started: string;
}

let own: ProcessIdentity | undefined;

/** The identity of this process. */
export function ownProcess(): ProcessIdentity {
  own ??= {
    host: hostname(),
    boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidSpace: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    started: startOf(process.pid),
  };
  return own;
}

/** Whether a process still runs; 'unknown' when it belongs to another host or container. */
export function processState(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  const self = ownProcess();
  if (identity.host !== self.host) return 'unknown';
  if (identity.boot !== self.boot) return 'dead';
  if (identity.pidSpace !== self.pidSpace) return 'unknown';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead';
  }
  const started = startOf(identity.pid);
  return started === '' || identity.started === '' || started === identity.started ? 'alive' : 'dead';
}

/** When `pid` started; 'gone' for one that has ended but was not yet reaped, '' when unknown. */
export function startOf(pid: number): string {
  if (process.platform === 'linux') {
    // proc(5): the name in brackets may hold anything; after it come state (field 3) … starttime (field 22).
    return orEmpty(() => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? 'gone' : (fields[19] ?? '');
    });
  }
  if (process.platform === 'win32') return '';
  return orEmpty(() => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim());
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
