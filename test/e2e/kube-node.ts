import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../servers/free-port.ts';
import { kubeletProgram } from '../servers/kube-programs.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { IMAGES } from './build-images.ts';
import { controlGroups, makeControlGroup } from './control-groups.ts';
import { BRIDGE, cniConfiguration, cniPlugins } from './pod-network.ts';

const run = promisify(execFile);
const READY_WITHIN_MS = 300_000;

export interface KubeNodeOptions {
  readonly name: string;
  /** A folder of its own. */
  readonly folder: string;
  /** Control group of its own for all pods. */
  readonly controlGroup: string;
  /** Where addresses of pods that are taken are written down, the same for all nodes. */
  readonly addresses: string;
  readonly kubeconfigFile: string;
  /** By which it knows the API server, in PEM format. */
  readonly clientCa: string;
  /** Archives of images that it has from the start. */
  readonly images: readonly string[];
  /** Whether the cluster counts it as ready. */
  readonly isReady: () => Promise<boolean>;
}

/**
 * A node on which pods really run: containerd and kubelet, with namespaces of their own for processes and mounts, so that there may be several
 * on a machine and nothing is left of one that is ended. Its parent must have a network of its own, with `makeBridge`.
 */
export class KubeNode {
  readonly name: string;
  readonly #folder: string;
  readonly #process: ServerProcess;

  private constructor(name: string, folder: string, process: ServerProcess) {
    this.name = name;
    this.#folder = folder;
    this.#process = process;
  }

  /** Starts it, and waits until it is ready. */
  static async start(options: KubeNodeOptions): Promise<KubeNode> {
    const { name, folder } = options;
    const path = (file: string): string => join(folder, file);
    // in place of those of the machine, which both programs write to whatever they are told
    for (const own of ['lib', 'log', 'run', 'cni']) await mkdir(path(own), { recursive: true });
    await makeControlGroup(options.controlGroup);
    await writeFile(path('client-ca.pem'), options.clientCa);
    await writeFile(path('cni/pods.conflist'), cniConfiguration(options.addresses));
    await writeFile(path('containerd.toml'), containerdSettings(folder));
    await writeFile(
      path('kubelet.json'),
      JSON.stringify(await kubeletSettings(folder, `/${options.controlGroup}`)),
    );
    const kubelet = {
      config: path('kubelet.json'),
      kubeconfig: options.kubeconfigFile,
      'container-runtime': 'remote',
      'container-runtime-endpoint': `unix://${path('containerd.sock')}`,
      'root-dir': '/var/lib/kubelet',
      'cert-dir': path('certificates'),
      'hostname-override': name,
      'node-ip': BRIDGE.address,
    };
    const words = Object.entries(kubelet).map(([option, value]) => `--${option}=${value}`);
    const imports = options.images.map((image) => `${ctr(folder).join(' ')} images import ${image}`);
    const script = [
      'set -eu',
      ...['lib', 'log'].map((own) => `mount --bind ${path(own)} /var/${own}`),
      `mount --bind ${path('run')} /run`,
      `containerd --config ${path('containerd.toml')} & runtime=$!`,
      `until ${ctr(folder).join(' ')} version >/dev/null 2>&1; do kill -0 $runtime; sleep 0.2; done`,
      ...imports,
      `${await kubeletProgram()} ${words.join(' ')} &`,
      // ends with the first of both
      'wait -n',
    ];
    const server = new ServerProcess({
      name,
      program: 'unshare',
      args: ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'bash', '-c', script.join('\n')],
      log: path('node.log'),
      readyWithinMs: READY_WITHIN_MS,
    });
    await server.start(options.isReady);
    return new KubeNode(name, folder, server);
  }

  /** Sends SIGKILL to the processes of a pod's container. @param uid of the pod @param containerId without its `containerd://` @returns how many there were */
  async killContainer(uid: string, containerId: string): Promise<number> {
    const [folder] = await controlGroups((path) => path.includes(`pod${uid}`) && path.endsWith(containerId));
    if (folder === undefined) throw new Error(`${this.name} has no container ${containerId}`);
    const ids = (await readFile(join(folder, 'cgroup.procs'), 'utf8'))
      .split('\n')
      .filter((line) => line !== '');
    for (const id of ids) process.kill(Number(id), 'SIGKILL');
    return ids.length;
  }

  /** Containers, those of pods themselves among them, that are there or are not cleaned up yet. */
  async containers(): Promise<string[]> {
    const [program, ...args] = ctr(this.#folder);
    const { stdout } = await run(program!, [...args, 'containers', 'ls', '--quiet']);
    return stdout.split('\n').filter((line) => line !== '');
  }

  /** Gives an image that it has a second name. */
  async tag(image: string, other: string): Promise<void> {
    const [program, ...args] = ctr(this.#folder);
    await run(program!, [...args, 'images', 'tag', image, other]);
  }

  /** Ends it with all of its pods at once, as a power failure does. */
  async end(): Promise<void> {
    await this.#process.kill();
  }
}

function ctr(folder: string): string[] {
  return ['ctr', '--address', join(folder, 'containerd.sock'), '--namespace', 'k8s.io'];
}

function containerdSettings(folder: string): string {
  const text = (path: string): string => JSON.stringify(join(folder, path));
  return `version = 2
root = ${text('containerd')}
state = ${text('state')}
[grpc]
  address = ${text('containerd.sock')}
[ttrpc]
  address = ${text('containerd.sock.ttrpc')}
[plugins."io.containerd.internal.v1.opt"]
  path = ${text('opt')}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${JSON.stringify(IMAGES.pause)}
  # where root may not make processes less likely to be killed than its own
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${JSON.stringify(cniPlugins())}
    conf_dir = ${text('cni')}
`;
}

async function kubeletSettings(folder: string, cgroupRoot: string): Promise<object> {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: BRIDGE.address,
    port: await freePort(),
    healthzPort: await freePort(),
    readOnlyPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: join(folder, 'client-ca.pem') },
    },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot,
    clusterDNS: [BRIDGE.address],
    clusterDomain: 'cluster.local',
    resolvConf: '',
    makeIPTablesUtilChains: false,
    failSwapOn: false,
    volumePluginDir: join(folder, 'volume-plugins'),
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  };
}
