import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { dnsAnswer } from './dns-answer.ts';
import { BRIDGE } from './pod-network.ts';
import { serviceRules } from './service-rules.ts';

const LOOK_EVERY_MS = 500;
const DOMAIN = 'svc.cluster.local';

/** Stands for kube-proxy and the cluster's DNS: Services have their addresses and names, on the bridge of the pods. */
export class ServiceNetwork {
  readonly #core: CoreV1Api;
  readonly #socket: Socket;
  #names: ReadonlyMap<string, string> = new Map();
  #rules = '';
  #ends = false;
  #loop: Promise<void> = Promise.resolve();

  private constructor(config: KubeConfig) {
    this.#core = config.makeApiClient(CoreV1Api);
    this.#socket = createSocket('udp4');
  }

  static async start(config: KubeConfig): Promise<ServiceNetwork> {
    const network = new ServiceNetwork(config);
    const socket = network.#socket;
    socket.on('message', (question, { port, address }) => {
      try {
        socket.send(dnsAnswer(question, network.#names), port, address);
      } catch (error) {
        console.error('a question that cannot be read:', error);
      }
    });
    socket.bind(53, BRIDGE.address);
    await once(socket, 'listening');
    await network.#look();
    network.#loop = network.#follow();
    return network;
  }

  async end(): Promise<void> {
    this.#ends = true;
    await this.#loop;
    this.#socket.close();
  }

  async #follow(): Promise<void> {
    for (; !this.#ends; await sleep(LOOK_EVERY_MS))
      await this.#look().catch((error: unknown) => console.error('services are not followed:', error));
  }

  async #look(): Promise<void> {
    const [services, endpoints] = await Promise.all([
      this.#core.listServiceForAllNamespaces(),
      this.#core.listEndpointsForAllNamespaces(),
    ]);
    const withAddress = services.items.filter(({ spec }) => spec?.clusterIP && spec.clusterIP !== 'None');
    this.#names = new Map(
      withAddress.map(({ metadata, spec }) => [
        `${metadata!.name}.${metadata!.namespace}.${DOMAIN}`,
        spec!.clusterIP!,
      ]),
    );
    const rules = serviceRules(withAddress, endpoints.items);
    if (rules === this.#rules) return;
    await restore(rules);
    this.#rules = rules;
  }
}

async function restore(rules: string): Promise<void> {
  const child = spawn('iptables-restore', ['--wait', '10'], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(rules);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`iptables-restore ended with ${code}`);
}
