import { type MessagePort, Worker } from 'node:worker_threads';
import type { ThreadData, ThreadFailed, ThreadReady } from './host-messages.ts';
import { fromThreadError } from './thread-error.ts';

/** A started thread and what it said about the provider that runs its models. */
export interface StartedThread {
  readonly worker: Worker;
  readonly ready: ThreadReady;
}

/**
 * Starts a thread of this folder and waits until its models are loaded.
 * @param name file name without extension; the source's extension (.ts) or the build's (.js) is added
 * @throws FacefleetError FF3001, FF3002 or FF3004 as the thread reports them
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
  });
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.removeAllListeners('message');
      worker.removeAllListeners('error');
      worker.removeAllListeners('exit');
    };
    worker.once('message', (message: ThreadReady | ThreadFailed) => {
      settle();
      if (message.type === 'ready') resolve({ worker, ready: message });
      else {
        void worker.terminate();
        reject(fromThreadError(message.error));
      }
    });
    worker.once('error', (error) => {
      settle();
      reject(error);
    });
    worker.once('exit', (code) => {
      settle();
      reject(new Error(`the thread ended with exit code ${code} while it loaded its models`));
    });
  });
}
