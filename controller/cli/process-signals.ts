import { stopNoLongerAtOnce } from './early-stop.ts';
import { EXIT } from './exit-codes.ts';

/** What a worker process is told from outside. */
export interface ProcessSignals {
  /** Aborts with the first SIGINT. */
  readonly interrupted: AbortSignal;
  /** Aborts with the first SIGTERM, or with the end of the standard input of a process that goes with its parent. */
  readonly terminated: AbortSignal;
}

/** Listens to signals; a second one of any kind ends the process at once. @param withParent the standard input counts, too */
export function processSignals(withParent: boolean): ProcessSignals {
  const interrupted = new AbortController();
  const terminated = new AbortController();
  let count = 0;
  const heard = (controller: AbortController): void => {
    count += 1;
    if (count > 1) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', () => heard(interrupted));
  process.on('SIGTERM', () => heard(terminated));
  stopNoLongerAtOnce();
  if (withParent) {
    process.stdin.on('error', () => terminated.abort());
    process.stdin.on('end', () => terminated.abort());
    process.stdin.resume();
    process.stdin.unref();
  }
  return { interrupted: interrupted.signal, terminated: terminated.signal };
}
