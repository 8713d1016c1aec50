import { EXIT } from './exit-codes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** While nothing is in work, Ctrl-C and SIGTERM end the process at once, with a word and the documented exit code. */
export function stopAtOnce(): void {
  for (const signal of SIGNALS) process.on(signal, stop);
}

/** Leaves the signals to what follows. */
export function stopNoLongerAtOnce(): void {
  for (const signal of SIGNALS) process.off(signal, stop);
}

function stop(): void {
  process.stderr.write('\nstopped\n');
  process.exit(EXIT.interrupted);
}
