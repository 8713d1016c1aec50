import { MessageChannel, type Worker } from 'node:worker_threads';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { Operations, StorePlace } from '../stage/operations.ts';
import type { StageEngine, StageRole } from '../stage/plan-stage.ts';
import type { HostReply, ThreadData } from './host-messages.ts';
import type { Provider, SkippedProvider } from './session.ts';
import { endThread, type StartedThread, spawnThread } from './spawn-thread.ts';
import { fromThreadError } from './thread-error.ts';

/** Calls a thread holds at once: one runs, the next waits there, so that no thread idles between two messages. */
const CALLS_PER_THREAD = 2;

interface Call {
  readonly operation: string;
  readonly args: unknown;
  readonly priority: number;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Host {
  readonly thread: StartedThread;
  readonly calls: Map<number, Call>;
}

/** Which provider runs the models, and which ones were asked for in vain. */
export interface EngineReport {
  readonly provider: Provider;
  readonly skipped: readonly SkippedProvider[];
  readonly threads: number;
}

/**
 * The threads that do a stage's work. On a CPU each thread has its own one-thread sessions; on a GPU one further thread holds the
 * sessions and the host threads prepare and read back tensors around it. A call with a higher priority goes first.
 */
export class HostPool {
  readonly report: EngineReport;
  readonly #hosts: Host[] = [];
  readonly #waiting: Call[] = [];
  readonly #sessionThread: StartedThread | null;
  #lastId = 0;
  #broken: FacefleetError | null = null;
  #closing = false;

  private constructor(
    hosts: readonly StartedThread[],
    sessionThread: StartedThread | null,
    report: EngineReport,
  ) {
    this.report = report;
    this.#sessionThread = sessionThread;
    for (const host of hosts) this.#adopt(host);
    void sessionThread?.ended.then((reason) => this.#break(reason));
  }

  /**
   * Starts the threads and loads the models.
   * @param output folder or store for crops
   * @throws FacefleetError FF3001, FF3002, FF3004
   */
  static async open(
    roles: readonly StageRole[],
    engine: StageEngine,
    output?: string | StorePlace,
  ): Promise<HostPool> {
    const gpuProviders = engine.providers.filter((provider) => provider !== 'cpu');
    let gpu: StartedThread | null = null;
    const skipped: SkippedProvider[] = [];
    if (gpuProviders.length > 0 && roles.some(({ modelPath }) => modelPath !== null)) {
      try {
        gpu = await spawnThread('session-thread', { roles, engine: { ...engine, providers: gpuProviders } });
        skipped.push(...gpu.ready.skipped);
      } catch (error) {
        const unavailable = error instanceof FacefleetError && error.code === 'FF3001';
        if (!unavailable || !engine.providers.includes('cpu')) throw error;
        for (const provider of gpuProviders) skipped.push({ provider, reason: error.detail });
      }
    }
    const provider = gpu?.ready.provider ?? 'cpu';
    const starting = Array.from({ length: engine.threads }, () =>
      startHost(
        { roles, engine: { ...engine, providers: [provider] }, ...(output !== undefined && { output }) },
        gpu?.worker ?? null,
      ),
    );
    const started = await Promise.allSettled(starting);
    const hosts = started.flatMap((host) => (host.status === 'fulfilled' ? [host.value] : []));
    const failed = started.find((host) => host.status === 'rejected');
    if (failed) {
      await Promise.all([...hosts, gpu].map((thread) => thread && endThread(thread)));
      throw failed.reason;
    }
    return new HostPool(hosts, gpu, { provider, skipped, threads: engine.threads });
  }

  /**
   * Runs an operation in some thread.
   * @param priority higher goes first; later roles get more, so that frames in work leave before new ones enter
   * @throws FacefleetError FF3005 when the thread dies; whatever the operation throws
   */
  call<O extends keyof Operations>(
    operation: O,
    args: Parameters<Operations[O]>[0],
    priority: number,
  ): Promise<Awaited<ReturnType<Operations[O]>>> {
    return new Promise((resolve, reject) => {
      const call: Call = { operation, args, priority, resolve: resolve as Call['resolve'], reject };
      const before = this.#waiting.findIndex((other) => other.priority < priority);
      this.#waiting.splice(before === -1 ? this.#waiting.length : before, 0, call);
      this.#dispatch();
    });
  }

  /** Ends every thread. Calls in work fail with FF3005. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([
      ...this.#hosts.map(({ thread }) => endThread(thread)),
      this.#sessionThread && endThread(this.#sessionThread),
    ]);
  }

  #adopt(thread: StartedThread): void {
    const host: Host = { thread, calls: new Map() };
    this.#hosts.push(host);
    thread.worker.on('message', (reply: HostReply) => {
      const call = host.calls.get(reply.id);
      host.calls.delete(reply.id);
      if (reply.type === 'result') call?.resolve(reply.result);
      else call?.reject(fromThreadError(reply.error));
      this.#dispatch();
    });
    void thread.ended.then((reason) => this.#break(reason));
  }

  #break(reason: string): void {
    if (this.#broken !== null) return;
    this.#broken = new FacefleetError('FF3005', this.#closing ? 'the pool was closed' : reason);
    for (const host of this.#hosts) {
      for (const call of host.calls.values()) call.reject(this.#broken);
      host.calls.clear();
    }
    this.#dispatch();
  }

  #dispatch(): void {
    if (this.#broken !== null) {
      for (const call of this.#waiting.splice(0)) call.reject(this.#broken);
      return;
    }
    while (this.#waiting.length > 0) {
      const host = this.#hosts.reduce((least, other) =>
        other.calls.size < least.calls.size ? other : least,
      );
      if (host.calls.size >= CALLS_PER_THREAD) return;
      const call = this.#waiting.shift()!;
      this.#lastId += 1;
      host.calls.set(this.#lastId, call);
      host.thread.worker.postMessage({ id: this.#lastId, operation: call.operation, args: call.args });
    }
  }
}

function startHost(data: ThreadData, sessions: Worker | null): Promise<StartedThread> {
  if (sessions === null) return spawnThread('host-thread', data);
  const { port1, port2 } = new MessageChannel();
  sessions.postMessage(port1, [port1]);
  return spawnThread('host-thread', { ...data, sessionPort: port2 }, [port2]);
}
