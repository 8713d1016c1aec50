import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { kubectl, kubeTool } from '../servers/kubectl.ts';
import type { ChartValues, ClusterS3, RealCluster } from './real-cluster.ts';

const S3 = 'facefleet-trial-s3';
const PORT = 7070;
const FORWARDED = /^Forwarding from 127\.0\.0\.1:(\d+) /;

/** Why the cluster of FACEFLEET_TEST_KUBECONFIG cannot be used, or false. */
export function withoutImages(): string | false {
  for (const name of ['FACEFLEET_E2E_CONTROLLER_IMAGE', 'FACEFLEET_E2E_WORKER_IMAGE'])
    if (!process.env[name])
      return `${name} is not set: the image that the nodes of the cluster have or can pull`;
  return false;
}

/**
 * A cluster that somebody else has made. Its S3 server is that of FACEFLEET_TEST_S3_ENDPOINT, which pods must reach by the same address, or a
 * trial server that the chart installs. FACEFLEET_E2E_VALUES names a file with further values of the chart.
 */
export async function givenCluster(kubeconfig: string): Promise<RealCluster> {
  const { FACEFLEET_E2E_CONTROLLER_IMAGE: controller, FACEFLEET_E2E_WORKER_IMAGE: worker } = process.env;
  const { FACEFLEET_E2E_VALUES: file, FACEFLEET_TEST_S3_ENDPOINT: endpoint } = process.env;
  const ends: (() => void)[] = [];
  return {
    kubeconfig,
    registry: null,
    values: {
      image: imageValues(controller!),
      workerImage: imageValues(worker!),
      ...(endpoint ? {} : { trialS3: { enabled: true } }),
      ...(file ? parse(await readFile(file, 'utf8')) : {}),
    },
    otherImage: null,
    s3: async (namespace) => (endpoint ? ownS3(endpoint) : await trialS3(kubeconfig, namespace, ends)),
    killContainer: null,
    containers: null,
    [Symbol.asyncDispose]: async () => {
      for (const end of ends.splice(0)) end();
    },
  };
}

function ownS3(endpoint: string): ClusterS3 {
  const { FACEFLEET_TEST_S3_ACCESS_KEY: key = '', FACEFLEET_TEST_S3_SECRET_KEY: secret = '' } = process.env;
  return {
    endpoint,
    credentials: { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret },
    podEndpoint: endpoint,
  };
}

/** The server that the chart has installed, by a port of this machine. */
async function trialS3(kubeconfig: string, namespace: string, ends: (() => void)[]): Promise<ClusterS3> {
  const secret = JSON.parse(
    await kubectl(kubeconfig, '--namespace', namespace, 'get', 'secret', S3, '--output', 'json'),
  ) as { data: Record<string, string> };
  const entry = (name: string): string => Buffer.from(secret.data[name]!, 'base64').toString();
  const args = ['--namespace', namespace, 'port-forward', `service/${S3}`, `:${PORT}`];
  const child = spawn(await kubeTool('kubectl'), args, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  ends.push(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`kubectl port-forward ended with ${code}`);
  });
  const port = await Promise.race([forwardedPort(child.stdout), ended]);
  ended.catch(() => {});
  child.unref();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    credentials: {
      AWS_ACCESS_KEY_ID: entry('AWS_ACCESS_KEY_ID'),
      AWS_SECRET_ACCESS_KEY: entry('AWS_SECRET_ACCESS_KEY'),
    },
    podEndpoint: entry('AWS_ENDPOINT_URL_S3'),
  };
}

async function forwardedPort(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const [, port] = FORWARDED.exec(line) ?? [];
    if (port !== undefined) return port;
  }
  throw new Error('kubectl port-forward names no port');
}

/** Of an image by tag or digest. */
function imageValues(image: string): ChartValues {
  const [name, digest = ''] = image.split('@');
  const colon = name!.lastIndexOf(':');
  if (colon < name!.lastIndexOf('/') + 1) return { repository: name, digest };
  return { repository: name!.slice(0, colon), tag: name!.slice(colon + 1), digest };
}
