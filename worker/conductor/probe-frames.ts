import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { SourceSpec } from '../source/open-source.ts';
import type { StageEngine } from '../stage/plan-stage.ts';
import type { StageOptions } from '../stage/run-stage.ts';
import type { CropOptions } from '../stage/steps/crop.ts';
import { hashOf } from './in-work-journal.ts';

/** What a child process needs to take frames through a stage. */
export interface ProbeJob {
  readonly source: SourceSpec;
  /** Hashes of the keys of the frames to try. */
  readonly suspects: readonly string[];
  readonly stage: Omit<StageOptions, 'crop'>;
  readonly crop: CropOptions | null;
  readonly engine: StageEngine;
  readonly scratchFolder: string;
}

/** Time for models to load and slow plugins, beyond that for decoding. */
const EXTRA_MS = 120_000;

/**
 * Tries frames that were in work when earlier processes died in a process of their own, one after the other.
 * @returns by the hash of its key, why a frame ends the process that works on it (FF1012)
 * @throws the signal's reason when aborted
 */
export async function probeFrames(
  job: Omit<ProbeJob, 'scratchFolder'>,
  signal: AbortSignal,
): Promise<Map<string, FacefleetError>> {
  const deadly = new Map<string, FacefleetError>();
  const scratchFolder = await mkdtemp(join(tmpdir(), 'facefleet-probe-'));
  try {
    let suspects = job.suspects;
    while (suspects.length > 0) {
      const { survived, died } = await runChild({ ...job, suspects, scratchFolder }, signal);
      signal.throwIfAborted();
      if (died === null) break;
      deadly.set(hashOf(died.key), new FacefleetError('FF1012', `${died.key}: ${died.reason}`));
      // a picture of a video before its suspects, which cannot be reached then
      if (!suspects.includes(hashOf(died.key))) break;
      suspects = suspects.filter((suspect) => !survived.has(suspect) && !deadly.has(suspect));
    }
    return deadly;
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

interface ChildEnd {
  /** Hashes of the frames that went through. */
  readonly survived: ReadonlySet<string>;
  /** The frame that the child died of; null when it did not. */
  readonly died: { readonly key: string; readonly reason: string } | null;
}

function runChild(job: ProbeJob, signal: AbortSignal): Promise<ChildEnd> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const child = fork(new URL(`./probe-child.${extension}`, import.meta.url), {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  const survived = new Set<string>();
  let inWork: string | null = null;
  let late = false;
  const limitMs = job.stage.limits.timeoutMs + EXTRA_MS;
  const giveUp = (): void => {
    late = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(giveUp, limitMs);
  createInterface({ input: child.stdout! }).on('line', (line) => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, limitMs);
    const [event, text] = JSON.parse(line) as [string, string];
    if (event === 'begin') inWork = text;
    if (event === 'end') survived.add(hashOf(text));
    if (event !== 'begin') inWork = null;
  });
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<ChildEnd>((resolve) => {
    child.on('error', () => resolve({ survived, died: null }));
    child.on('close', (code, signalName) => {
      const reason = late ? `no end after ${limitMs} ms` : (signalName ?? `exit code ${code}`);
      const harmless = code === 0 || signalName === 'SIGINT' || signalName === 'SIGTERM';
      resolve({ survived, died: inWork === null || harmless ? null : { key: inWork, reason } });
    });
    send(child, job);
  }).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  });
}

/** A child that is gone already tells so by its end. */
function send(child: ChildProcess, job: ProbeJob): void {
  child.send(job, (error) => {
    if (error !== null) child.kill('SIGKILL');
  });
}
