import { findProgram } from './find-program.ts';

const setpriv = findProgram('setpriv');

/** The words of a command that the system ends when the process that started it is gone, whatever of (Linux). */
export function diesWithParent(words: readonly string[]): string[] {
  return setpriv === null ? [...words] : [setpriv, '--pdeathsig', 'KILL', ...words];
}
