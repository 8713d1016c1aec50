import { EXIT } from './exit-codes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** While nothing is in work, Ctrl-C and SIGTERM end the process at once, with a word and the documented exit code. */
export function stopAtOnce(): void {
  for (const signal of SIGNALS) process.on(signal, stop);
}

/** Leaves the signals to listeners that are there already: without any, one that has arrived and is not told yet would be lost. */
export function stopNoLongerAtOnce(): void {
  for (const signal of SIGNALS) process.off(signal, stop);
}

function stop(): void {
  process.stderr.write('\nstopped\n');
  process.exit(EXIT.interrupted);
}
