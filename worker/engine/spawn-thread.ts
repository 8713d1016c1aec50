import { type MessagePort, Worker } from 'node:worker_threads';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { END, type ThreadData, type ThreadFailed, type ThreadReady } from './host-messages.ts';
import { fromThreadError } from './thread-error.ts';

/** A started thread and what it said about the provider that runs its models. */
export interface StartedThread {
  readonly worker: Worker;
  readonly ready: ThreadReady;
  /** Resolves with the reason when the thread ends, also when it did before anybody asked. */
  readonly ended: Promise<string>;
}

/**
 * Starts a thread of this folder and waits until its models are loaded.
 * @param name file name without extension; the source's extension (.ts) or the build's (.js) is added
 * @throws FacefleetError FF3001, FF3002 or FF3004 as the thread reports them, FF3005 when it dies
 */
export function spawnThread(
  name: string,
  data: ThreadData & { sessionPort?: MessagePort },
  transfer: MessagePort[] = [],
): Promise<StartedThread> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./${name}.${extension}`, import.meta.url), {
    workerData: data,
    transferList: transfer,
    // what a thread makes lives for one call; left alone, V8 lets this part grow to five times what is in it
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
  const ended = new Promise<string>((resolve) => {
    worker.once('error', (error) => resolve(error.message));
    worker.once('exit', (code) => resolve(`a thread ended with exit code ${code}`));
  });
  return new Promise((resolve, reject) => {
    worker.once('message', (message: ThreadReady | ThreadFailed) => {
      if (message.type === 'ready') resolve({ worker, ready: message, ended });
      else {
        void worker.terminate();
        reject(fromThreadError(message.error));
      }
    });
    void ended.then((reason) =>
      reject(new FacefleetError('FF3005', `while it loaded its models: ${reason}`)),
    );
  });
}

/** How long a thread may take to come back from a native call, milliseconds. */
const END_WITHIN_MS = 10_000;

/**
 * Ends a thread between two of its native calls: onnxruntime brings the whole process down when its thread is stopped inside one.
 * A thread that does not come back in time is stopped all the same.
 */
export async function endThread({ worker, ended }: Pick<StartedThread, 'worker' | 'ended'>): Promise<void> {
  worker.postMessage(END);
  const late = setTimeout(() => void worker.terminate(), END_WITHIN_MS);
  await ended;
  clearTimeout(late);
}
