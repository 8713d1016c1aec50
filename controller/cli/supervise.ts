import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../worker/cluster/job.ts';
import type { ExtractProgress, ExtractSummary } from '../../worker/conductor/extract.ts';
import { CODES, type Code } from '../../worker/errors/codes.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { type Child, type ChildEnd, startChild } from './cluster-children.ts';
import { EXIT } from './exit-codes.ts';
import { Restarts } from './restarts.ts';

export interface SuperviseOptions {
  /** Where the job's file is. */
  readonly jobFile: string;
  readonly logLevel: string;
  /** Aborts: the frames that are out are finished, then everything ends. */
  readonly signal: AbortSignal;
  onProgress(state: ExtractProgress): void;
  onFailure(failure: { key: string; code: string; message: string }): void;
  /** Told of what goes wrong without being the end, for people. */
  say(line: string): void;
}

type ConductorEvent =
  | ({ readonly event: 'progress' } & ExtractProgress)
  | ({ readonly event: 'failure' } & { key: string; code: string; message: string })
  | { readonly event: 'pass'; readonly pass: number }
  | { readonly event: 'failed'; readonly code: string | null; readonly message: string }
  | ({ readonly event: 'complete' | 'interrupted' } & ExtractSummary);

/** How often a conductor may fail before it can start: that of a run that was killed needs a moment to let go of the output. */
const START_TRIES = 4;

/**
 * Runs a job with a conductor and workers as children of this process, and starts again what ends before its time.
 * @throws FacefleetError that a child failed with for good, FF3007 when children end again and again
 */
export async function supervise(job: Job, options: SuperviseOptions): Promise<ExtractSummary> {
  const run = new Supervision(job, options);
  return await run.run();
}

class Supervision {
  readonly #job: Job;
  readonly #options: SuperviseOptions;
  readonly #restarts = new Restarts();
  readonly #workers = new Set<Child>();
  readonly #watches = new Set<Promise<void>>();
  /** Aborts when no worker is to be started any more. */
  readonly #over = new AbortController();
  readonly #fatal = Promise.withResolvers<never>();
  #conductor: Child | null = null;
  #pass = -1;
  readonly #decoders = new Set<Child>();
  /** Which of the passes begun goes on: a conductor that starts again may go back to earlier ones. */
  #turn = 0;
  #frames = 0;
  #summary: ExtractSummary | null = null;
  #failed: FacefleetError | null = null;

  constructor(job: Job, options: SuperviseOptions) {
    this.#job = job;
    this.#options = options;
    this.#fatal.promise.catch(() => {});
  }

  async run(): Promise<ExtractSummary> {
    const { signal } = this.#options;
    const drain = (): void => void this.#conductor?.process.kill('SIGINT');
    signal.addEventListener('abort', drain, { once: true });
    try {
      return await Promise.race([this.#conduct(), this.#fatal.promise]);
    } finally {
      signal.removeEventListener('abort', drain);
      await this.#endAll();
    }
  }

  async #conduct(): Promise<ExtractSummary> {
    for (let starts = 0; ; ) {
      const { jobFile, logLevel, signal } = this.#options;
      const args = ['worker', 'conductor', '--job', jobFile, '--log-level', logLevel];
      this.#failed = null;
      this.#conductor = startChild(
        [...args, '--owner', `facefleet cluster run ${this.#job.extraction}`],
        (line) => this.#hear(line),
        logLevel !== 'silent',
      );
      const end = await this.#conductor.ended;
      const failed = this.#failed as FacefleetError | null;
      if (this.#summary !== null) {
        await this.#workersEnd();
        return this.#summary;
      }
      if (failed?.retry === 'never') throw failed;
      starts = this.#pass === -1 || failed?.code === 'FF4003' ? starts + 1 : 0;
      if (failed !== null && starts >= START_TRIES) throw failed;
      if (end.code === EXIT.usage) throw failed ?? ended('the conductor', end);
      signal.throwIfAborted();
      await this.#waitBeforeRestart('the conductor', end, failed);
    }
  }

  #hear(line: string): void {
    let event: ConductorEvent;
    try {
      event = JSON.parse(line) as ConductorEvent;
    } catch {
      return;
    }
    switch (event.event) {
      case 'progress': {
        const { event: _, ...state } = event;
        this.#frames = state.frames;
        this.#options.onProgress(state);
        return;
      }
      case 'failure':
        this.#options.onFailure(event);
        return;
      case 'pass':
        this.#beginPass(event.pass);
        return;
      case 'failed':
        if (event.code !== null && event.code in CODES) {
          const code = event.code as Code;
          this.#failed = new FacefleetError(
            code,
            event.message.replace(`${code} ${CODES[code].message}: `, ''),
          );
        }
        return;
      default: {
        // told to end by somebody else: it is started again
        if (event.event === 'interrupted' && !this.#options.signal.aborted) return;
        const { event: _, ...summary } = event;
        this.#summary = summary;
        this.#over.abort();
      }
    }
  }

  /**
   * Starts the workers of a pass when those of the one before have ended, so that its GPU memory is free. They do so when they hear of a
   * later pass; when a conductor that was started again goes back to an earlier one, they are told here.
   */
  #beginPass(pass: number): void {
    if (this.#pass === -1) this.#startDecoders();
    if (pass === this.#pass) return;
    const goesBack = pass < this.#pass;
    const before = [...this.#workers];
    this.#pass = pass;
    const turn = ++this.#turn;
    if (goesBack) for (const { process: worker } of before) worker.kill('SIGTERM');
    const start = async (): Promise<void> => {
      await Promise.all(before.map(({ ended: end }) => end));
      if (this.#turn !== turn) return;
      const goesOn = (): boolean => this.#turn === turn;
      for (const [stage, { workers }] of this.#job.passes[pass]!.stages.entries()) {
        for (const replica of workers.keys()) {
          const at = ['--pass', String(pass), '--stage', String(stage), '--replica', String(replica)];
          const name = `worker ${replica} of stage ${stage}`;
          this.#watch(this.#keepWorker(['stage', ...at], name, this.#workers, goesOn));
        }
      }
    };
    this.#watch(start());
  }

  #watch(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => this.#fatal.reject(error))
      .finally(() => this.#watches.delete(watched));
    this.#watches.add(watched);
  }

  /** Decode workers serve all passes. */
  #startDecoders(): void {
    for (let replica = 0; replica < (this.#job.decode?.replicas ?? 0); replica++) {
      const args = ['decode', '--replica', String(replica)];
      this.#watch(this.#keepWorker(args, `decode worker ${replica}`, this.#decoders, () => true));
    }
  }

  /** @param children where it is entered while it lives @param goesOn whether there is still work for it */
  async #keepWorker(
    worker: readonly string[],
    name: string,
    children: Set<Child>,
    goesOn: () => boolean,
  ): Promise<void> {
    const { jobFile, logLevel } = this.#options;
    const args = ['worker', ...worker, '--job', jobFile, '--log-level', logLevel];
    while (goesOn() && !this.#over.signal.aborted) {
      const child = startChild(args, () => {}, logLevel !== 'silent');
      children.add(child);
      const end = await child.ended;
      children.delete(child);
      if (!goesOn() || this.#over.signal.aborted) return;
      if (end.code === EXIT.usage) throw ended(name, end);
      await this.#waitBeforeRestart(name, end);
    }
  }

  /** @param cause what it told of its end; null: its log, which was shown, says why */
  async #waitBeforeRestart(name: string, end: ChildEnd, cause: FacefleetError | null = null): Promise<void> {
    const waitMs = this.#restarts.afterMs(this.#frames);
    if (waitMs === null) throw ended(name, cause === null ? end : { ...end, tail: cause.message });
    // a worker that hears of the end a moment before this process does has not failed
    if (end.code !== 0)
      this.#options.say(
        `${name} ended (${how(end)}) and is started again${cause === null ? '' : `: ${cause.message}`}`,
      );
    await sleep(waitMs, undefined, { signal: this.#over.signal }).catch(() => {});
  }

  /** Workers end by themselves when they hear of the end; those that do not are told. */
  async #workersEnd(): Promise<void> {
    const all = Promise.all([...this.#workers, ...this.#decoders].map(({ ended: end }) => end));
    const patience = new AbortController();
    await Promise.race([all, sleep(5000, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
  }

  async #endAll(): Promise<void> {
    this.#over.abort();
    this.#turn += 1;
    const children = [this.#conductor, ...this.#workers, ...this.#decoders].filter((child) => child !== null);
    const running = children.filter(
      ({ process: { exitCode, signalCode } }) => exitCode === null && signalCode === null,
    );
    for (const { process: child } of running) child.kill('SIGTERM');
    const late = setTimeout(() => {
      for (const { process: child } of running) child.kill('SIGKILL');
    }, this.#job.graceMs + 5000);
    await Promise.all(running.map(({ ended: end }) => end));
    await Promise.all(this.#watches);
    clearTimeout(late);
  }
}

function how({ code, signal }: ChildEnd): string {
  return signal ?? `exit code ${code}`;
}

function ended(name: string, end: ChildEnd): FacefleetError {
  return new FacefleetError('FF3007', `${name} (${how(end)})${end.tail && `: ${end.tail.trim()}`}`);
}
