import {
  CoordinationV1Api,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  type V1Node,
} from '@kubernetes/client-node';
import { nvidiaLabels } from '../fixtures/kube-objects.ts';
import { answered, untilServed } from './api-answers.ts';

/** Equal GPUs of a node. */
export interface FakeGpus {
  readonly product: string;
  readonly memoryMiB: number;
  readonly count: number;
}

export interface FakeNodeSettings {
  readonly name: string;
  readonly gpus?: FakeGpus;
  readonly cpus?: number;
  readonly memoryGiB?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface FakeNodesOptions {
  /** How often Leases are renewed. */
  readonly beatMs?: number;
  /** Of all nodes. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Told of machines by the names of their nodes. */
export interface MachineEvents {
  /** It is gone, with all that ran there. */
  lost(name: string): void;
  /** It is back, and nothing runs there. */
  back(name: string): void;
}

const LEASES = 'kube-node-lease';

/**
 * Nodes that are nothing but objects: with the labels of NVIDIA's GPU feature discovery, GPUs as the device plugin reports them, and a
 * Lease that is renewed as a kubelet does it, so that the cluster takes them for ready.
 */
export class FakeNodes {
  readonly #core: CoreV1Api;
  readonly #leases: CoordinationV1Api;
  readonly #alive = new Set<string>();
  /** Those that say of themselves that they are not ready. */
  readonly #unready = new Set<string>();
  readonly #beat: NodeJS.Timeout;
  readonly #labels: Readonly<Record<string, string>>;
  #kubeletPort: number | null = null;
  readonly #events: MachineEvents[] = [];

  constructor(config: KubeConfig, { beatMs = 2000, labels = {} }: FakeNodesOptions = {}) {
    this.#labels = labels;
    this.#core = config.makeApiClient(CoreV1Api);
    this.#leases = config.makeApiClient(CoordinationV1Api);
    this.#beat = setInterval(() => {
      // a beat that is lost while the API server is away does no harm: the next one counts
      for (const name of this.#alive) this.#giveSign(name).catch(() => {});
    }, beatMs).unref();
  }

  get names(): ReadonlySet<string> {
    return this.#alive;
  }

  /** Where the kubelet of all nodes that are added from now on serves logs. */
  serveLogsAt(port: number): void {
    this.#kubeletPort = port;
  }

  tell(events: MachineEvents): void {
    this.#events.push(events);
  }

  /** Creates a node, or makes the one that is there like this; settled when pods may be bound to it. */
  async add(settings: FakeNodeSettings): Promise<void> {
    const { name } = settings;
    try {
      await this.#core.createNode({ body: nodeOf(settings, this.#labels) });
    } catch (error) {
      if (!answered(error, 409)) throw error;
    }
    await this.#patchStatus(name, statusOf(settings, this.#kubeletPort));
    this.#unready.delete(name);
    await this.#renew(name);
    this.wake(name);
    await untilServed(`${name} takes pods`, async () => {
      const { spec } = await this.#core.readNode({ name });
      return !spec?.taints?.some(({ effect }) => effect !== 'PreferNoSchedule');
    });
  }

  /** The machine is lost: nothing is heard of it any more, and what ran there is gone. */
  silence(name: string): void {
    this.#alive.delete(name);
    for (const events of this.#events) events.lost(name);
  }

  /** The machine comes back as it was, without what ran there. */
  wake(name: string): void {
    this.#alive.add(name);
    for (const events of this.#events) events.back(name);
  }

  /** The machine is lost, and its Node is deleted, as an autoscaler does. */
  async remove(name: string): Promise<void> {
    this.silence(name);
    await untilServed(`${name} is deleted`, async () => {
      try {
        await this.#core.deleteNode({ name });
      } catch (error) {
        if (!answered(error, 404)) throw error;
      }
      return true;
    });
  }

  /** The kubelet itself says whether it is ready; what runs there runs on. */
  async sayReady(name: string, ready: boolean): Promise<void> {
    if (ready) this.#unready.delete(name);
    else this.#unready.add(name);
    await this.#patchStatus(name, { conditions: [readyCondition(ready)] });
  }

  /** No more signs of life. Deletes the nodes that are alive. */
  async end(): Promise<void> {
    clearInterval(this.#beat);
    for (const name of [...this.#alive]) await this.remove(name);
  }

  /** As a kubelet does: it renews its Lease, and says again that it is ready where the cluster has given it up meanwhile. */
  async #giveSign(name: string): Promise<void> {
    await this.#renew(name);
    const { status } = await this.#core.readNode({ name });
    const said = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    if (said !== 'Unknown' || !this.#alive.has(name)) return;
    await this.#patchStatus(name, { conditions: [readyCondition(!this.#unready.has(name))] });
  }

  async #patchStatus(name: string, status: object): Promise<void> {
    const header = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    await this.#core.patchNodeStatus({ name, body: { status } }, header);
  }

  async #renew(name: string): Promise<void> {
    const renewTime = new V1MicroTime();
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime };
    const header = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    try {
      await this.#leases.patchNamespacedLease({ name, namespace: LEASES, body: { spec } }, header);
    } catch (error) {
      if (!answered(error, 404)) throw error;
      await this.#leases.createNamespacedLease({ namespace: LEASES, body: { metadata: { name }, spec } });
    }
  }
}

function nodeOf({ name, gpus, labels }: FakeNodeSettings, common: Readonly<Record<string, string>>): V1Node {
  const devices = gpus === undefined ? {} : nvidiaLabels(gpus.product, gpus.memoryMiB, gpus.count);
  return {
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...devices,
        ...common,
        ...labels,
      },
    },
  };
}

function statusOf({ gpus, cpus = 16, memoryGiB = 64 }: FakeNodeSettings, kubeletPort: number | null) {
  const capacity = {
    cpu: String(cpus),
    memory: `${memoryGiB}Gi`,
    pods: '110',
    'ephemeral-storage': '200Gi',
    ...(gpus === undefined ? {} : { 'nvidia.com/gpu': String(gpus.count) }),
  };
  return {
    capacity,
    allocatable: capacity,
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    conditions: [readyCondition(true)],
    ...(kubeletPort === null ? {} : { daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } } }),
  };
}

function readyCondition(ready: boolean) {
  const now = new Date().toISOString();
  return {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    reason: ready ? 'KubeletReady' : 'KubeletNotReady',
    message: ready ? 'kubelet is posting ready status' : 'PLEG is not healthy',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
}
