import { basename } from 'node:path';

/** Whether this process is `kubectl facefleet …`: kubectl runs the program `kubectl-facefleet`. */
export function calledByKubectl(script = process.argv[1] ?? ''): boolean {
  return /^kubectl-facefleet(\.[a-z]+)?$/.test(basename(script));
}

/** Where a text shows a command line: at the start of a line, in backquotes, after `Usage:` or a colon. */
const COMMAND = /(?<=^ *|`|: |\| )facefleet (?=[a-z[])/gm;

/** A text that shows command lines of `facefleet`, as the user calls it. */
export function asCalled(text: string, byKubectl = calledByKubectl()): string {
  return byKubectl ? text.replaceAll(COMMAND, 'kubectl facefleet ') : text;
}
