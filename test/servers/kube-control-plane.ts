import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import type { ApiServer } from './kube-cluster.ts';
import type { ExtensionServer } from './kube-crd.ts';
import { kubePrograms } from './kube-programs.ts';
import { ServerProcess } from './server-process.ts';

export interface ControlPlaneOptions {
  /** How long a node may be silent before it counts as not ready. */
  readonly nodeGraceSeconds?: number;
  /** How long pods stay bound to a node that is not ready; tolerations of their own come first. */
  readonly evictAfterSeconds?: number;
  /** Whether the API server answers watches from its memory, as usual, or from etcd. */
  readonly watchCache?: boolean;
  /** Whether every request is written down (see `auditedCalls`). */
  readonly audit?: boolean;
  /** Of this machine, where the API server is reached by kubelets and pods; 127.0.0.1 where there are none. */
  readonly address?: string;
}

/** The processes of a cluster without nodes. */
export interface ControlPlane {
  readonly kubeconfigFile: string;
  readonly kubeconfig: string;
  readonly apiServer: ApiServer;
  /** Of etcd, for its own API. */
  readonly etcdUrl: string;
  /** One JSON document a line for every request that was answered; null where they are not written down. */
  readonly auditLog: string | null;
  /** By which kubelets know the API server, in PEM format. */
  readonly clientCa: string;
  /** Where definitions of custom resources are created. */
  readonly extensions: ExtensionServer;
  readonly end: () => Promise<void>;
}

const STARTS = 3;
const SERVICES = '10.96.0.0/16';
/** Of the Service `kubernetes`: the first one. */
const SERVICE_ADDRESS = '10.96.0.1';
const USERS = {
  admin: 'system:masters',
  'system:kube-controller-manager': '',
  'system:kube-scheduler': '',
} as const;

const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted', 'Panic'],
  rules: [{ level: 'Metadata' }],
};

/** Starts all; a free port may be taken before a server has it, then others are tried. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options);
    } catch (error) {
      if (attempt === STARTS || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function start({
  nodeGraceSeconds = 40,
  evictAfterSeconds = 300,
  audit = false,
  watchCache = true,
  address = '127.0.0.1',
}: ControlPlaneOptions): Promise<ControlPlane> {
  const programs = await kubePrograms();
  const folder = await mkdtemp(join(tmpdir(), 'facefleet-kube-'));
  const path = (name: string): string => join(folder, name);
  const [etcdPort, peerPort, port, extensionsPort, managerPort, schedulerPort] = await Promise.all(
    Array.from({ length: 6 }, freePort),
  );
  const url = `https://${address}:${port}`;
  await mkdir(path('etcd'));
  const { ca, serverCert, serverKey, clientCert, clientKey } = await makeCertificates(folder, [
    address,
    SERVICE_ADDRESS,
  ]);
  const accounts = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(path('sa.key'), accounts.privateKey.export({ type: 'pkcs1', format: 'pem' }));
  await writeFile(path('sa.pub'), accounts.publicKey.export({ type: 'spki', format: 'pem' }));
  const caPem = await readFile(ca);
  const kubeconfigs: Record<string, string> = {};
  const tokens: string[] = [];
  for (const [user, group] of Object.entries(USERS)) {
    const token = randomBytes(16).toString('hex');
    tokens.push(`${token},${user},${user}${group && `,${group}`}`);
    kubeconfigs[user] = kubeconfig(url, caPem, token);
    await writeFile(path(`${user}.kubeconfig`), kubeconfigs[user]);
  }
  await writeFile(path('audit.json'), JSON.stringify(AUDIT_POLICY));
  await writeFile(path('tokens.csv'), `${tokens.join('\n')}\n`);
  const server = (name: keyof typeof programs, args: Readonly<Record<string, string>>): ServerProcess =>
    new ServerProcess({
      name,
      program: programs[name],
      args: Object.entries(args).map(([option, value]) => `--${option}=${value}`),
      log: path(`${name}.log`),
    });

  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const etcd = server('etcd', {
    'data-dir': path('etcd'),
    'listen-client-urls': etcdUrl,
    'advertise-client-urls': etcdUrl,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
    'unsafe-no-fsync': 'true',
  });
  const api = server('kube-apiserver', {
    'etcd-servers': etcdUrl,
    'bind-address': address,
    'advertise-address': address,
    'secure-port': String(port),
    'service-cluster-ip-range': SERVICES,
    'authorization-mode': 'Node,RBAC',
    'token-auth-file': path('tokens.csv'),
    'client-ca-file': ca,
    'tls-cert-file': serverCert,
    'tls-private-key-file': serverKey,
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': path('sa.pub'),
    'service-account-signing-key-file': path('sa.key'),
    'requestheader-client-ca-file': ca,
    'requestheader-allowed-names': 'client',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': clientCert,
    'proxy-client-key-file': clientKey,
    'kubelet-client-certificate': clientCert,
    'kubelet-client-key': clientKey,
    'kubelet-preferred-address-types': 'InternalIP',
    'default-not-ready-toleration-seconds': String(evictAfterSeconds),
    'default-unreachable-toleration-seconds': String(evictAfterSeconds),
    'enable-admission-plugins': 'OwnerReferencesPermissionEnforcement',
    'allow-privileged': 'true',
    'watch-cache': String(watchCache),
    ...(audit ? { 'audit-policy-file': path('audit.json'), 'audit-log-path': path('audit.log') } : {}),
  });
  const extensions = server('apiextensions-apiserver', {
    'etcd-servers': etcdUrl,
    'etcd-prefix': '/extensions',
    'bind-address': '127.0.0.1',
    'secure-port': String(extensionsPort),
    'tls-cert-file': serverCert,
    'tls-private-key-file': serverKey,
    'client-ca-file': ca,
    kubeconfig: path('admin.kubeconfig'),
    'authentication-kubeconfig': path('admin.kubeconfig'),
    'authorization-kubeconfig': path('admin.kubeconfig'),
    'enable-priority-and-fairness': 'false',
    'disable-admission-plugins': 'ValidatingAdmissionPolicy,MutatingAdmissionPolicy',
  });
  const managerConfig = path('system:kube-controller-manager.kubeconfig');
  const manager = server('kube-controller-manager', {
    kubeconfig: managerConfig,
    'authentication-kubeconfig': managerConfig,
    'authorization-kubeconfig': managerConfig,
    'service-account-private-key-file': path('sa.key'),
    'root-ca-file': ca,
    'use-service-account-credentials': 'true',
    'leader-elect': 'false',
    'bind-address': '127.0.0.1',
    'secure-port': String(managerPort),
    port: '0',
    controllers: '*,-cloud-node-lifecycle,-csrsigning',
    'node-monitor-period': '2s',
    'node-monitor-grace-period': `${nodeGraceSeconds}s`,
  });
  const schedulerConfig = path('system:kube-scheduler.kubeconfig');
  const scheduler = server('kube-scheduler', {
    kubeconfig: schedulerConfig,
    'authentication-kubeconfig': schedulerConfig,
    'authorization-kubeconfig': schedulerConfig,
    'leader-elect': 'false',
    'bind-address': '127.0.0.1',
    'secure-port': String(schedulerPort),
    'tls-cert-file': serverCert,
    'tls-private-key-file': serverKey,
    port: '0',
  });

  const token = tokens[0]!.split(',')[0]!;
  const answers = async (base: string, route: string): Promise<boolean> =>
    (await status(`${base}${route}`, caPem, token)) === 200;
  const apiReady = async (): Promise<boolean> => await answers(url, '/readyz');
  const end = async (): Promise<void> => {
    await Promise.all([manager, scheduler, extensions].map((each) => each.kill()));
    await api.kill();
    await etcd.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await etcd.start(async () => (await fetch(`${etcdUrl}/health`).catch(() => null))?.ok ?? false);
    await api.start(apiReady);
    await Promise.all([
      manager.start(async () => await answers(url, '/api/v1/namespaces/default/serviceaccounts/default')),
      scheduler.start(async () => await answers(`https://127.0.0.1:${schedulerPort}`, '/healthz')),
      extensions.start(async () => await answers(`https://127.0.0.1:${extensionsPort}`, '/readyz')),
    ]);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    kubeconfigFile: path('admin.kubeconfig'),
    kubeconfig: kubeconfigs.admin!,
    auditLog: audit ? path('audit.log') : null,
    clientCa: caPem.toString(),
    etcdUrl,
    apiServer: { stop: () => api.stop(), kill: () => api.kill(), start: () => api.start(apiReady) },
    extensions: { url: `https://localhost:${extensionsPort}`, port: extensionsPort! },
    end,
  };
}

/** Status of the answer to a GET; 0 when there is none. */
async function status(url: string, ca: Buffer, token: string): Promise<number> {
  return await new Promise((resolve) => {
    const asked = request(
      url,
      { ca, headers: { authorization: `Bearer ${token}` }, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asked.setTimeout(5000, () => asked.destroy());
    asked.on('error', () => resolve(0)).end();
  });
}

function kubeconfig(server: string, ca: Buffer, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': ca.toString('base64') } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    users: [{ name: 'test', user: { token } }],
  });
}
