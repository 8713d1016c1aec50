import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findProgram, isProgram } from '../servers/find-program.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { hasControlGroupsV1 } from './control-groups.ts';
import { cniPlugins } from './pod-network.ts';

/** What nodes are made with, and the package of Debian that has it. */
const PROGRAMS = {
  buildah: 'buildah',
  mmdebstrap: 'mmdebstrap',
  npm: 'npm',
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  'iptables-restore': 'iptables',
  ip: 'iproute2',
  sysctl: 'procps',
  mount: 'mount',
  radosgw: 'radosgw',
} as const;

/** The folder of the machine that `main.ts` made, in which this process runs; null where it did not. */
export const MACHINE: string | null = process.env.FACEFLEET_E2E_MACHINE || null;

/** Why nodes cannot run on this machine, or false. */
export function withoutNodes(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'nodes need root on Linux; or set FACEFLEET_TEST_KUBECONFIG';
  if (withoutKube !== false) return withoutKube;
  const { FACEFLEET_KUBE_BIN: bin } = process.env;
  if (bin && !isProgram(join(bin, 'kubelet'))) return 'FACEFLEET_KUBE_BIN has no kubelet';
  for (const [name, deb] of Object.entries(PROGRAMS))
    if (findProgram(name) === null) return `${name} is not installed (Debian: apt-get install ${deb})`;
  if (cniPlugins() === null)
    return 'the plugins that connect pods are not installed (Debian: apt-get install containernetworking-plugins)';
  if (!hasControlGroupsV1()) return 'the kubelet was tried with control groups of version 1 only';
  const tried = spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', '--mount-proc', 'true']);
  return tried.status === 0 ? false : `namespaces cannot be made here: ${tried.stderr ?? tried.error}`;
}
