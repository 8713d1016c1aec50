import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  CoreV1Api,
  CustomObjectsApi,
  loadYaml,
  PatchStrategy,
  setHeaderOptions,
  type V1CustomResourceDefinition,
  type V1Pod,
} from '@kubernetes/client-node';
import type { ExtractionResource } from '../../controller/api/extraction-resource.ts';
import { type KubeCluster, startKubeCluster } from '../servers/kube-cluster.ts';
import type { ControlPlaneOptions } from '../servers/kube-control-plane.ts';
import { type NatsServer, startNatsServer } from '../servers/nats-server.ts';
import { answered, untilServed } from './api-answers.ts';
import { controllerAccount } from './controller-account.ts';
import { ControllerProcess } from './controller-process.ts';
import { FakeNodes } from './fake-nodes.ts';
import { TestKubelet, type TestKubeletOptions } from './kubelet/test-kubelet.ts';
import { shareFolder } from './shared-folder.ts';

const CRD = new URL('../../charts/facefleet/files/extractions.facefleet.dev.yaml', import.meta.url);
const AT = { group: 'facefleet.dev', version: 'v1alpha1', plural: 'extractions' } as const;
/** Claim of the folder that all pods see. */
const CLAIM = 'shared';

/** Label of the fake nodes: a cluster that was not started for the tests may have others, which cannot run their pods. */
const POOL = 'facefleet.dev/test-pool';

/** Where folders are made: volumes cannot be mounted at /tmp, which is the container's own. */
const FOLDERS = '/var/tmp';

/** Of a controller, where something goes wrong. */
const LOG_TAIL_CHARS = 3000;

/** What a manifest of an Extraction says of its spec. */
export type SpecEntries = Readonly<Record<string, unknown>> & { readonly planning?: SpecEntries };

export interface TestbedOptions {
  readonly plane?: ControlPlaneOptions;
  readonly kubelet?: Pick<TestKubeletOptions, 'imageEnv' | 'hasImage'>;
}

/** A cluster with the CRD, fake nodes with a kubelet, a NATS server, a namespace, and a folder that every pod sees at its own path. */
export class Testbed {
  readonly cluster: KubeCluster;
  readonly core: CoreV1Api;
  readonly nodes: FakeNodes;
  readonly kubelet: TestKubelet;
  readonly nats: NatsServer;
  readonly namespace: string;
  readonly folder: string;
  readonly #custom: CustomObjectsApi;
  readonly #ends: (() => unknown)[];
  readonly #controllers: ControllerProcess[] = [];

  private constructor(parts: Pick<Testbed, Parts>, ends: (() => unknown)[]) {
    this.cluster = parts.cluster;
    this.core = parts.core;
    this.nodes = parts.nodes;
    this.kubelet = parts.kubelet;
    this.nats = parts.nats;
    this.namespace = parts.namespace;
    this.folder = parts.folder;
    this.#custom = parts.cluster.config().makeApiClient(CustomObjectsApi);
    this.#ends = ends;
  }

  static async open({ plane = {}, kubelet: own = {} }: TestbedOptions = {}): Promise<Testbed> {
    // undone in reverse, also when opening fails half way
    const ends: (() => unknown)[] = [];
    try {
      const folder = await mkdtemp(`${FOLDERS}/facefleet-cluster-`);
      ends.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
      const nats = await startNatsServer();
      ends.push(() => nats[Symbol.asyncDispose]());
      const cluster = await startKubeCluster(plane);
      ends.push(() => cluster[Symbol.asyncDispose]());
      const config = cluster.config();
      await cluster.createCrd(loadYaml<V1CustomResourceDefinition>(await readFile(CRD, 'utf8')));
      const core = config.makeApiClient(CoreV1Api);
      const namespace = await makeNamespace(core);
      ends.push(() => core.deleteNamespace({ name: namespace }));
      await shareFolder(core, namespace, CLAIM, join(folder, 'shared'));
      ends.push(() => core.deletePersistentVolume({ name: `${namespace}-${CLAIM}` }));
      const nodes = new FakeNodes(config, { labels: { [POOL]: namespace } });
      ends.push(() => nodes.end());
      const claims = { [CLAIM]: join(folder, 'shared') };
      const kubelet = await TestKubelet.start({ config, nodes, claims, ...own });
      ends.push(() => kubelet.end());
      const parts = { cluster, core, nodes, kubelet, nats, namespace, folder: join(folder, 'shared') };
      return new Testbed(parts, ends);
    } catch (error) {
      await undo(ends);
      throw error;
    }
  }

  /** What is done at the end, before what was there before goes. */
  atEnd(act: () => unknown): void {
    this.#ends.push(act);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await undo(this.#ends);
  }

  /** The part of a spec by which an extraction reads and writes the folder that all pods see. */
  get volumes(): readonly object[] {
    return [{ name: 'shared', claimName: CLAIM, mountPath: this.folder, readOnly: false }];
  }

  /** A controller with an account of the chart's rules of its own; not started. */
  async controller(name: string, args: readonly string[] = []): Promise<ControllerProcess> {
    const { namespace, nats, cluster } = this;
    const account = await controllerAccount(cluster, namespace, name);
    this.atEnd(() => account.end());
    const scope = cluster.apiServer === null ? [`--namespace=${namespace}`] : [];
    const folder = dirname(this.folder);
    const controller = new ControllerProcess({
      account,
      namespace,
      natsUrl: nats.url,
      folder,
      name,
      args: [...scope, ...args],
    });
    this.atEnd(() => controller.end('SIGKILL'));
    this.#controllers.push(controller);
    return controller;
  }

  /** What keeps an extraction on the fake nodes, with other entries of its planning. */
  planning(entries: SpecEntries = {}): SpecEntries {
    return { ...entries, nodeSelector: { [POOL]: this.namespace, ...(entries.nodeSelector as object) } };
  }

  /** A node with one GPU of 8 GB. */
  async addGpu(name: string): Promise<void> {
    await this.nodes.add({ name, gpus: { product: 'Card-8GB', memoryMiB: 8192, count: 1 } });
  }

  async create(name: string, spec: SpecEntries, metadata: object = {}): Promise<ExtractionResource> {
    const body = {
      apiVersion: 'facefleet.dev/v1alpha1',
      kind: 'Extraction',
      metadata: { name, ...metadata },
      spec: { ...spec, planning: this.planning(spec.planning) },
    };
    return await this.#custom.createNamespacedCustomObject({ ...AT, namespace: this.namespace, body });
  }

  async read(name: string): Promise<ExtractionResource> {
    return await this.#custom.getNamespacedCustomObject({ ...AT, namespace: this.namespace, name });
  }

  /** Merges entries into a spec. */
  async change(name: string, spec: SpecEntries): Promise<void> {
    const header = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await this.#custom.patchNamespacedCustomObject(
      { ...AT, namespace: this.namespace, name, body: { spec } },
      header,
    );
  }

  async delete(name: string): Promise<void> {
    await this.#custom.deleteNamespacedCustomObject({ ...AT, namespace: this.namespace, name });
  }

  async exists(name: string): Promise<boolean> {
    try {
      await this.read(name);
      return true;
    } catch (error) {
      if (answered(error, 404)) return false;
      throw error;
    }
  }

  /** Waits until an extraction is as it should be. @throws Error with its status after `limitMs` */
  async when(
    name: string,
    what: string,
    holds: (extraction: ExtractionResource) => boolean,
    limitMs?: number,
  ): Promise<ExtractionResource> {
    let last: ExtractionResource | undefined;
    const look = async (): Promise<boolean> => {
      last = await this.read(name);
      return holds(last);
    };
    await untilServed(`${name} ${what}`, look, limitMs).catch(async (error: unknown) => {
      throw new Error(`${errorLine(error)}; ${await this.#describe(name, last)}`, { cause: error });
    });
    return last!;
  }

  /** Waits for its end. @throws Error when it is another one than expected */
  async ended(
    name: string,
    phase: 'Succeeded' | 'Failed' = 'Succeeded',
    limitMs = 240_000,
  ): Promise<ExtractionResource> {
    const over = (extraction: ExtractionResource): boolean =>
      extraction.status?.phase === 'Succeeded' || extraction.status?.phase === 'Failed';
    const extraction = await this.when(name, 'ends', over, limitMs);
    if (extraction.status?.phase !== phase)
      throw new Error(`${name} is not ${phase}: ${await this.#describe(name, extraction)}`);
    return extraction;
  }

  /** Pods of an extraction. */
  async pods(name: string): Promise<V1Pod[]> {
    const labelSelector = `facefleet.dev/extraction=${name}`;
    return (await this.core.listNamespacedPod({ namespace: this.namespace, labelSelector })).items;
  }

  async #describe(name: string, extraction: ExtractionResource | undefined): Promise<string> {
    const pods = await this.pods(name).catch(() => []);
    const states = pods.map(({ metadata, spec, status }) => ({
      name: metadata!.name,
      deleted: metadata!.deletionTimestamp,
      node: spec!.nodeName,
      phase: status?.phase,
      conditions: status?.conditions?.filter((each) => each.status !== 'True').map((each) => each.message),
      containers: status?.containerStatuses?.map(({ state }) => state),
    }));
    const logs = this.#controllers.map(({ logged }) => logged.slice(-LOG_TAIL_CHARS));
    return [JSON.stringify({ status: extraction?.status, pods: states }, null, 1), ...logs].join('\n');
  }
}

type Parts = 'cluster' | 'core' | 'nodes' | 'kubelet' | 'nats' | 'namespace' | 'folder';

/** A namespace in which pods can be made. */
async function makeNamespace(core: CoreV1Api): Promise<string> {
  const { metadata } = await core.createNamespace({
    body: { metadata: { generateName: 'facefleet-test-' } },
  });
  const name = metadata!.name!;
  await untilServed('the account of pods', async () => {
    await core.readNamespacedServiceAccount({ name: 'default', namespace: name });
    return true;
  });
  return name;
}

async function undo(ends: (() => unknown)[]): Promise<void> {
  for (const end of ends.splice(0).reverse()) {
    try {
      await end();
    } catch (error) {
      console.error('cleaning up:', error);
    }
  }
}

function errorLine(error: unknown): string {
  return error instanceof Error ? `${error.message} (${String(error.cause)})` : String(error);
}
