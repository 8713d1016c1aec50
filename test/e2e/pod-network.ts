import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The bridge that all pods of all nodes hang on, and its address: the way from pods to this machine. */
export const BRIDGE = {
  name: 'facefleet0',
  address: '10.88.0.1',
  subnet: '10.88.0.0/16',
  prefix: 16,
} as const;

/** Where distributions put the plugins that connect pods. */
const CNI_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/** The folder of the plugins `bridge`, `host-local` and `loopback`; null where they are not installed. */
export function cniPlugins(): string | null {
  const names = ['bridge', 'host-local', 'loopback'];
  return CNI_FOLDERS.find((folder) => names.every((name) => existsSync(`${folder}/${name}`))) ?? null;
}

/** Makes the bridge, and has packets passed on between its ends. */
export async function makeBridge(): Promise<void> {
  const { name, address, prefix } = BRIDGE;
  await run('ip', ['link', 'add', name, 'type', 'bridge']);
  await run('ip', ['address', 'add', `${address}/${prefix}`, 'dev', name]);
  await run('ip', ['link', 'set', name, 'up']);
  await run('sysctl', ['--quiet', '--write', 'net.ipv4.ip_forward=1']);
}

/** How pods are connected. @param folder where addresses that are taken are written down, the same for all nodes */
export function cniConfiguration(folder: string): string {
  const { name: bridge, subnet } = BRIDGE;
  const ipam = {
    type: 'host-local',
    dataDir: folder,
    ranges: [[{ subnet }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const plugins = [{ type: 'bridge', bridge, isGateway: true, hairpinMode: true, ipam }];
  return JSON.stringify({ cniVersion: '0.4.0', name: 'pods', plugins });
}
