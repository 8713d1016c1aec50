import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CoreV1Api, KubeConfig, type V1Pod } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { startControlPlane } from '../servers/kube-control-plane.ts';
import { startS3Server } from '../servers/s3-server.ts';
import { IMAGES } from './build-images.ts';
import { KubeNode } from './kube-node.ts';
import { BRIDGE, makeBridge } from './pod-network.ts';
import type { RealCluster } from './real-cluster.ts';
import { ServiceNetwork } from './service-network.ts';

/** One worker runs on each. */
const NODES = ['node-1', 'node-2'];
const NATS_BYTES = '10Gi';
const VALUES = new URL('../../charts/facefleet/values.yaml', import.meta.url);
/** Where the chart is installed, and by which name. */
export const [NAMESPACE, RELEASE] = ['facefleet', 'facefleet'];

/**
 * A control plane and two nodes on this machine, with Services and their names, a volume for NATS, and an S3 server beside it.
 * @param folder for everything; a path that is short, for sockets lie in it
 */
export async function ownCluster(folder: string): Promise<RealCluster> {
  const ends: (() => Promise<unknown>)[] = [];
  try {
    await makeBridge();
    const plane = await startControlPlane({ address: BRIDGE.address });
    ends.push(plane.end);
    await writeFile(plane.kubeconfigFile, plane.kubeconfig, { mode: 0o600 });
    const config = new KubeConfig();
    config.loadFromString(plane.kubeconfig);
    const core = config.makeApiClient(CoreV1Api);
    const network = await ServiceNetwork.start(config);
    ends.push(() => network.end());
    const nodes: KubeNode[] = [];
    for (const name of NODES) {
      const node = await KubeNode.start({
        name,
        folder: join(folder, name),
        controlGroup: `${basename(folder)}-${name}`,
        addresses: join(folder, 'addresses'),
        kubeconfigFile: plane.kubeconfigFile,
        clientCa: plane.clientCa,
        images: process.env.FACEFLEET_E2E_IMAGES!.split(':'),
        isReady: () => isReady(core, name),
      });
      ends.push(() => node.end());
      nodes.push(node);
    }
    await offerVolume(core, join(folder, 'nats'));
    const s3 = await startS3Server(BRIDGE.address);
    ends.push(async () => await s3!.stop());
    const { FACEFLEET_TEST_S3_ENDPOINT: endpoint } = s3!.env;
    const other = `${IMAGES.controller}-other`;
    // by the name that the chart has for it
    const { repository, tag } = parse(await readFile(VALUES, 'utf8')).nats.image;
    for (const node of nodes) {
      await node.tag(IMAGES.controller, other);
      await node.tag(IMAGES.nats, `${repository}:${tag}`);
    }
    const values = {
      image: imageValues(IMAGES.controller),
      workerImage: imageValues(IMAGES.worker),
    };
    return {
      kubeconfig: plane.kubeconfigFile,
      registry: IMAGES.controller.slice(0, IMAGES.controller.lastIndexOf('/')),
      values,
      otherImage: { ...values, image: imageValues(other) },
      s3: async () => ({
        endpoint: endpoint!,
        credentials: {
          AWS_ACCESS_KEY_ID: s3!.env.FACEFLEET_TEST_S3_ACCESS_KEY!,
          AWS_SECRET_ACCESS_KEY: s3!.env.FACEFLEET_TEST_S3_SECRET_KEY!,
        },
        podEndpoint: endpoint!,
      }),
      killContainer: async (pod) => await killContainer(nodes, pod),
      containers: async () => (await Promise.all(nodes.map((node) => node.containers()))).flat(),
      [Symbol.asyncDispose]: () => endAll(ends),
    };
  } catch (error) {
    await endAll(ends);
    throw error;
  }
}

async function isReady(core: CoreV1Api, name: string): Promise<boolean> {
  const { items } = await core.listNode();
  const node = items.find(({ metadata }) => metadata?.name === name);
  // its taints go a little later
  const taints = node?.spec?.taints ?? [];
  return (
    taints.length === 0 &&
    !!node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
  );
}

/** A folder of the first node, for the claim of NATS. */
async function offerVolume(core: CoreV1Api, path: string): Promise<void> {
  await mkdir(path);
  const onFirst = { key: 'kubernetes.io/hostname', operator: 'In', values: [NODES[0]!] };
  await core.createPersistentVolume({
    body: {
      metadata: { name: 'nats' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: NATS_BYTES },
        local: { path },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onFirst] }] } },
        claimRef: { namespace: NAMESPACE, name: `data-${RELEASE}-nats-0` },
      },
    },
  });
}

async function killContainer(nodes: readonly KubeNode[], { metadata, spec, status }: V1Pod): Promise<void> {
  const [container] = status?.containerStatuses ?? [];
  const node = nodes.find(({ name }) => name === spec?.nodeName)!;
  await node.killContainer(metadata!.uid!, container!.containerID!.replace('containerd://', ''));
}

async function endAll(ends: (() => Promise<unknown>)[]): Promise<void> {
  for (const end of ends.splice(0).reverse())
    await end().catch((error: unknown) => console.error('cleaning up:', error));
}

function imageValues(image: string): { readonly repository: string; readonly tag: string } {
  const [repository, tag] = image.split(':');
  return { repository: repository!, tag: tag! };
}
