import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram, isProgram } from './find-program.ts';

const SERVERS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'apiextensions-apiserver',
] as const;

/** Paths of the programs that a control plane consists of. */
export type KubePrograms = Readonly<Record<(typeof SERVERS)[number] | 'etcd', string>>;

/**
 * Why tests of Kubernetes cannot run here, or false: the value of a test's `skip`. They run on the cluster of FACEFLEET_TEST_KUBECONFIG, or
 * on one that is started from the programs in FACEFLEET_KUBE_BIN or from `kube/` in FACEFLEET_SHARED.
 */
export const withoutKube: string | false = reason();

function reason(): string | false {
  const { FACEFLEET_TEST_KUBECONFIG: given, FACEFLEET_KUBE_BIN: bin } = process.env;
  if (given) return false;
  if (bin) {
    const missing = SERVERS.filter((name) => !isProgram(join(bin, name)));
    if (missing.length > 0) return `FACEFLEET_KUBE_BIN has no ${missing.join(', ')}`;
  } else if (archive() === null)
    return 'no Kubernetes: set FACEFLEET_TEST_KUBECONFIG, FACEFLEET_KUBE_BIN or FACEFLEET_SHARED (with kube/ in it)';
  for (const [name, deb] of [
    ['etcd', 'etcd-server'],
    ['openssl', 'openssl'],
    ['xz', 'xz-utils'],
  ] as const)
    if (findProgram(name) === null) return `${name} is not installed (Debian: apt-get install ${deb})`;
  return false;
}

/** The programs; unpacked where that has not been done yet, which takes some 10 s. @throws Error where `withoutKube` says why */
export async function kubePrograms(): Promise<KubePrograms> {
  if (withoutKube !== false) throw new Error(withoutKube);
  const bin = process.env.FACEFLEET_KUBE_BIN || (await unpacked());
  const path = (name: (typeof SERVERS)[number]): string => join(bin, name);
  return {
    etcd: findProgram('etcd')!,
    'kube-apiserver': path('kube-apiserver'),
    'kube-controller-manager': path('kube-controller-manager'),
    'kube-scheduler': path('kube-scheduler'),
    'apiextensions-apiserver': path('apiextensions-apiserver'),
  };
}

/** The kubelet that belongs to them. @throws Error where `withoutKube` says why, or there is none among them */
export async function kubeletProgram(): Promise<string> {
  const program = join(dirname((await kubePrograms())['kube-apiserver']), 'kubelet');
  if (!isProgram(program)) throw new Error(`there is no ${program}`);
  return program;
}

function archive(): string | null {
  const { FACEFLEET_SHARED: shared } = process.env;
  const script = shared ? join(shared, 'kube', 'install.sh') : '';
  return script !== '' && existsSync(script) ? script : null;
}

async function unpacked(): Promise<string> {
  const folder = join(tmpdir(), `facefleet-test-kube-${process.getuid?.() ?? 0}`);
  const bin = join(folder, 'bin');
  if (SERVERS.every((name) => isProgram(join(bin, name)))) return bin;
  // not in place: several processes may do so at once, and any of them may be ended
  const made = await mkdtemp(`${folder}-`);
  try {
    const env = { ...process.env, FACEFLEET_KUBE: made };
    execFileSync(archive()!, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    await rename(made, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return bin;
}
