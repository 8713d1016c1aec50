import { mkdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CoreV1Api, PatchStrategy, setHeaderOptions, type V1Pod } from '@kubernetes/client-node';
import { answered } from '../api-answers.ts';
import { containerCommand } from './container-command.ts';
import { containerEnv } from './container-env.ts';
import { ContainerProcess, type ProcessEnd } from './container-process.ts';
import { NotYet, type PodPaths, podFolder } from './pod-folder.ts';
import { type ContainerState, failedStatus, podStatus } from './pod-status.ts';
import { probe } from './probe.ts';

/** What the pods of a kubelet share. */
export interface PodSettings {
  readonly core: CoreV1Api;
  /** What an image would bring along: on top of it comes what the pod says. */
  readonly imageEnv: Readonly<Record<string, string>>;
  /** Folders of this machine by the names of PersistentVolumeClaims. */
  readonly claims: Readonly<Record<string, string>>;
  /** Whether an image can be pulled. */
  readonly hasImage: (image: string) => boolean;
}

const RETRY_MS = 500;
const MAX_MESSAGE_CHARS = 4096;
const LOG_TAIL_CHARS = 2048;
const WITHOUT_GRACE_MS = 2000;

/** One pod with one container as a local process, from its binding to the deletion of its object. One that ran before is lost. */
export class PodRun {
  readonly pod: V1Pod;
  readonly folder: string;
  /** Settled when nothing of it is left here. */
  readonly done: Promise<void>;
  readonly #settings: PodSettings;
  readonly #stop = new AbortController();
  #process: ContainerProcess | null = null;
  #state: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };
  /** Said of its end in place of what the exit code tells. */
  #killedFor: string | null = null;
  #evicted: { readonly reason: string; readonly message: string } | null = null;
  /** The machine is gone, or the pod's object: nobody is told anything more. */
  #silent = false;
  #terminating: Promise<void> | null = null;
  #reports: Promise<void> = Promise.resolve();

  /** @param folder of its own */
  constructor(pod: V1Pod, folder: string, settings: PodSettings) {
    this.pod = pod;
    this.folder = folder;
    this.#settings = settings;
    this.done = this.#live().catch((error: unknown) => this.#complain(error));
  }

  get name(): string {
    return this.pod.metadata!.name!;
  }

  get node(): string {
    return this.pod.spec!.nodeName!;
  }

  /** Whether its process runs. */
  get running(): boolean {
    return this.#process !== null && !this.#process.over;
  }

  /** Whether it runs and said that it is ready. */
  get ready(): boolean {
    return this.running && this.#state.kind === 'running' && this.#state.ready;
  }

  get log(): string {
    return `${this.folder}/log`;
  }

  /** Ends the process. @param reason as the container runtime gives it, such as `OOMKilled` */
  kill(signal: NodeJS.Signals = 'SIGKILL', reason: string | null = null): void {
    this.#killedFor = reason;
    this.#process?.signal(signal);
  }

  /** The kubelet itself ends the pod, such as for `Evicted`. */
  evict(reason: string, message: string): void {
    this.#evicted = { reason, message };
    this.#process?.signal('SIGKILL');
  }

  /** The pod is to be deleted: SIGTERM, after the grace period SIGKILL, then its object goes. */
  terminate(graceSeconds: number): void {
    this.#terminating ??= this.#terminate(graceSeconds).catch((error: unknown) => this.#complain(error));
  }

  /** Its machine is gone: what runs ends, and nothing is reported. */
  vanish(): void {
    this.#silent = true;
    this.#stop.abort();
    this.#process?.signal('SIGKILL');
  }

  /** Its object is gone: what runs ends soon, and there is nothing to be reported on. */
  forget(): void {
    this.#silent = true;
    this.#stop.abort();
    const process = this.#process;
    process?.signal('SIGTERM');
    setTimeout(() => process?.signal('SIGKILL'), WITHOUT_GRACE_MS).unref();
  }

  async #live(): Promise<void> {
    if (this.pod.status?.phase === 'Running') return this.#report(unknownEnd(this.pod));
    const prepared = await this.#prepare();
    if (prepared === null) return await (this.#terminating ?? undefined);
    const { paths, process, ports } = prepared;
    const { startedAt } = process;
    const [container] = this.pod.spec!.containers;
    this.#report({ kind: 'running', startedAt, ready: false });
    const probing = new AbortController();
    const probes = [
      probe(container!, 'readinessProbe', ports, probing.signal, (ready) =>
        this.#report({ kind: 'running', startedAt, ready }),
      ),
      probe(container!, 'livenessProbe', ports, probing.signal, (well) => {
        if (!well) process.signal('SIGTERM');
      }),
    ];
    const end = await process.ended;
    probing.abort();
    await Promise.all(probes);
    this.#report(await this.#terminated(end, startedAt, paths));
    await this.#reports;
    await (this.#terminating ?? undefined);
  }

  #complain(error: unknown): void {
    if (!this.#silent) console.error(`test kubelet: ${this.name}:`, error);
  }

  /** Null when it is not to run any more. */
  async #prepare() {
    const { core, claims, hasImage, imageEnv } = this.#settings;
    const [container] = this.pod.spec!.containers;
    await mkdir(this.folder, { recursive: true });
    while (!this.#stop.signal.aborted) {
      try {
        const paths = await podFolder(core, this.pod, this.folder, claims);
        const image = container!.image ?? '';
        if (!hasImage(image))
          throw new NotYet('ImagePullBackOff', `Back-off pulling image "${image}": not found`);
        const given = await containerEnv(core, this.pod, container!);
        const env = Object.fromEntries(
          Object.entries(given).map(([key, value]) => [key, paths.local(value)]),
        );
        const { words, ports } = await containerCommand(container!, given, paths);
        if (this.#stop.signal.aborted) return null;
        const process = new ContainerProcess({
          words,
          env: { ...imageEnv, ...env },
          cwd: this.folder,
          log: paths.log,
        });
        this.#process = process;
        return { paths, process, ports };
      } catch (error) {
        if (error instanceof NotYet) {
          const { reason, message } = error;
          const waiting = { kind: 'waiting', reason, message } as const;
          if (JSON.stringify(waiting) !== JSON.stringify(this.#state)) this.#report(waiting);
        } else if (!answeredOrAway(error)) throw error;
        await sleep(RETRY_MS, null, { signal: this.#stop.signal }).catch(() => {});
      }
    }
    return null;
  }

  async #terminate(graceSeconds: number): Promise<void> {
    this.#stop.abort();
    const process = this.#process;
    if (process !== null && !process.over) {
      process.signal('SIGTERM');
      const late = setTimeout(
        () => process.signal('SIGKILL'),
        graceSeconds > 0 ? graceSeconds * 1000 : WITHOUT_GRACE_MS,
      );
      await process.ended;
      clearTimeout(late);
    }
    await this.#reports;
    const { name, namespace, uid } = this.pod.metadata!;
    await this.#untilTold(
      async () =>
        await this.#settings.core.deleteNamespacedPod({
          name: name!,
          namespace: namespace!,
          body: { gracePeriodSeconds: 0, preconditions: { uid: uid! } },
        }),
    );
  }

  async #terminated(
    { exitCode, failure }: ProcessEnd,
    startedAt: Date,
    paths: PodPaths,
  ): Promise<ContainerState> {
    const [container] = this.pod.spec!.containers;
    let message = (await readFile(paths.terminationLog, 'utf8').catch(() => '')).slice(0, MAX_MESSAGE_CHARS);
    if (message === '' && exitCode !== 0 && container!.terminationMessagePolicy === 'FallbackToLogsOnError')
      message = (await readFile(paths.log, 'utf8').catch(() => '')).slice(-LOG_TAIL_CHARS);
    return {
      kind: 'terminated',
      startedAt,
      finishedAt: new Date(),
      exitCode,
      reason: this.#killedFor ?? (failure !== null ? 'StartError' : exitCode === 0 ? 'Completed' : 'Error'),
      message: failure ?? message,
    };
  }

  /** Writes the status, after what was reported before. */
  #report(state: ContainerState): void {
    this.#state = state;
    const status = { ...podStatus(this.pod, state), ...this.#ofNode(state) };
    const { name, namespace, uid } = this.pod.metadata!;
    const header = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    this.#reports = this.#reports.then(() =>
      this.#untilTold(async () => {
        // of this pod, and no later one of its name
        const body = { metadata: { uid }, status };
        await this.#settings.core.patchNamespacedPodStatus(
          { name: name!, namespace: namespace!, body },
          header,
        );
      }),
    );
  }

  #ofNode(state: ContainerState): object {
    if (this.#evicted === null || state.kind !== 'terminated') return {};
    return failedStatus(this.#evicted.reason, this.#evicted.message);
  }

  /** Asks until the API server has answered, or there is nobody who would be told. */
  async #untilTold(ask: () => Promise<unknown>): Promise<void> {
    while (!this.#silent) {
      try {
        await ask();
        return;
      } catch (error) {
        if (answered(error, 404, 409, 422)) return;
        if (!answeredOrAway(error)) throw error;
        await sleep(RETRY_MS);
      }
    }
  }
}

/** Whether asking again may help: the server is away, or has trouble. */
function answeredOrAway(error: unknown): boolean {
  return (
    answered(error, 429, 500, 502, 503, 504) || (error instanceof Error && !answered(error, ...CLIENT_FAULTS))
  );
}

const CLIENT_FAULTS = [400, 401, 403, 405, 415];

/** What a kubelet says of a container that it cannot find: it ran before the machine was lost. */
function unknownEnd({ status }: V1Pod): ContainerState {
  return {
    kind: 'terminated',
    startedAt: new Date(status?.containerStatuses?.[0]?.state?.running?.startedAt ?? Date.now()),
    finishedAt: new Date(),
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
  };
}
