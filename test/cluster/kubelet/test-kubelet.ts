import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, type KubeConfig, type V1Pod } from '@kubernetes/client-node';
import { cacheFolder } from '../../../models/cache-folder.ts';
import type { FakeNodes } from '../fake-nodes.ts';
import { type PodWatch, watchPods } from '../watch-pods.ts';
import { PodRun, type PodSettings } from './pod-run.ts';
import { type LogServer, serveLogs } from './serve-logs.ts';

export interface TestKubeletOptions {
  readonly config: KubeConfig;
  /** The nodes whose pods it runs. */
  readonly nodes: FakeNodes;
  readonly claims?: PodSettings['claims'];
  readonly imageEnv?: PodSettings['imageEnv'];
  readonly hasImage?: PodSettings['hasImage'];
}

/**
 * Plays kubelet for all fake nodes: runs the container of every pod that is bound to one as a process of this machine, and reports what
 * becomes of it as a kubelet does. A pod has one container with a command, and is never restarted in place.
 */
export class TestKubelet {
  readonly #runs = new Map<string, PodRun>();
  readonly #seenPods: V1Pod[] = [];
  readonly #folder: string;
  readonly #settings: PodSettings;
  readonly #nodes: FakeNodes;
  readonly #watch: PodWatch;
  #logs: LogServer | null = null;

  private constructor(folder: string, options: TestKubeletOptions) {
    const { config, nodes, claims = {}, imageEnv = {}, hasImage = () => true } = options;
    const { PATH = '' } = process.env;
    this.#folder = folder;
    this.#nodes = nodes;
    this.#settings = {
      core: config.makeApiClient(CoreV1Api),
      imageEnv: { PATH, FACEFLEET_MODELS: cacheFolder(), ...imageEnv },
      claims,
      hasImage,
    };
    this.#watch = watchPods(config, {
      seen: (pod) => this.#seen(pod),
      gone: (pod) => this.#gone(pod.metadata!.uid!),
    });
    nodes.tell({
      lost: (name) => this.#lost(name),
      back: () => {
        for (const pod of this.#watch.list()) this.#seen(pod);
      },
    });
  }

  /** Nodes that are added afterwards have their logs served, too. */
  static async start(options: TestKubeletOptions): Promise<TestKubelet> {
    const folder = await mkdtemp(join(tmpdir(), 'facefleet-kubelet-'));
    const kubelet = new TestKubelet(folder, options);
    kubelet.#logs = await serveLogs(folder, (namespace, name) => kubelet.find(namespace, name));
    options.nodes.serveLogsAt(kubelet.#logs.port);
    return kubelet;
  }

  /** What it has in hand. */
  pods(): PodRun[] {
    return [...this.#runs.values()];
  }

  /** Every pod that it ever had, in the order in which they were bound. */
  get seen(): readonly V1Pod[] {
    return this.#seenPods;
  }

  /** The newest pod of a name. */
  find(namespace: string, name: string): PodRun | undefined {
    return this.pods().findLast(
      ({ pod: { metadata } }) => metadata!.name === name && metadata!.namespace === namespace,
    );
  }

  /** Ends all processes without a word to the API server. */
  async end(): Promise<void> {
    this.#logs?.close();
    await this.#watch.end();
    for (const run of this.pods()) run.vanish();
    await Promise.all(this.pods().map(({ done }) => done));
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #lost(node: string): void {
    for (const [uid, run] of this.#runs) {
      if (run.node !== node) continue;
      run.vanish();
      this.#runs.delete(uid);
    }
  }

  #gone(uid: string): void {
    const run = this.#runs.get(uid);
    run?.forget();
    void run?.done.then(() => this.#runs.delete(uid));
  }

  #seen(pod: V1Pod): void {
    const { uid, name, deletionTimestamp } = pod.metadata!;
    if (!this.#nodes.names.has(pod.spec?.nodeName ?? '')) return;
    let run = this.#runs.get(uid!);
    if (run === undefined) {
      const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
      if (over && deletionTimestamp === undefined) return;
      run = new PodRun(pod, join(this.#folder, `${name}-${uid}`), this.#settings);
      this.#runs.set(uid!, run);
      this.#seenPods.push(pod);
    }
    if (deletionTimestamp !== undefined) run.terminate(pod.metadata!.deletionGracePeriodSeconds ?? 30);
  }
}
