import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const BIN = fileURLToPath(new URL(`./bin.${EXTENSION}`, import.meta.url));
/** What is kept of a child's stderr, to be shown when it failed. */
const TAIL_CHARS = 4000;

/** How a child ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr. */
  readonly tail: string;
}

/** A process of facefleet that this one started. */
export interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<ChildEnd>;
}

/**
 * Starts `facefleet ARGS` in a process group of its own, so that Ctrl-C reaches only this process. The child stops when this process
 * dies, whatever of: its standard input ends then.
 * @param onLine gets the lines of its stdout
 * @param showLog whether its log goes to this process's stderr as well
 */
export function startChild(args: readonly string[], onLine: (line: string) => void, showLog: boolean): Child {
  const child = spawn(process.execPath, [...process.execArgv, BIN, ...args, '--with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // a child that is gone already needs no word of it
  child.stdin.on('error', () => {});
  let tail = '';
  createInterface({ input: child.stdout }).on('line', onLine);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL_CHARS);
    if (showLog) process.stderr.write(text);
  });
  const ended = new Promise<ChildEnd>((resolve) => {
    child.on('error', (error) => resolve({ code: 1, signal: null, tail: error.message }));
    child.on('close', (code, signal) => resolve({ code, signal, tail }));
  });
  return { process: child, ended };
}
