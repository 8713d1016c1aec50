import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { asFacefleetError, FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import type { KubeClient } from '../../k8s/kube-client.ts';
import { hasCode } from '../../k8s/kube-failure.ts';
import { EXTRACTIONS, PODS } from '../../k8s/kube-resource.ts';
import { responseLines } from '../../k8s/response-lines.ts';
import { CONTAINER } from '../../reconcile/pods/pod-manifest.ts';
import { extractionEnd } from './extraction-end.ts';
import { extractionName } from './extraction-name.ts';
import { findExtraction } from './find-extraction.ts';
import { followList } from './follow-list.ts';
import type { KubeOptions } from './kube-options.ts';
import { byLane, laneOf } from './live-pod.ts';
import { openCluster } from './open-cluster.ts';

export interface LogsOptions extends KubeOptions {
  readonly conductor: boolean;
  readonly worker?: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly tail?: number;
  readonly since?: number;
  readonly timestamps: boolean;
  readonly prefix: boolean;
}

const CONDUCTOR = 'conductor';

/**
 * `facefleet logs NAME`: a pod after the other; with `--follow` all at once, and those that come, until the extraction has ended.
 * @throws FacefleetError FF5001, FF7xxx
 */
export async function runLogs(argument: string, options: LogsOptions): Promise<void> {
  checkOptions(options);
  const client = openCluster(options);
  try {
    const { metadata } = await findExtraction(client, extractionName(argument));
    if (options.follow) await followAll(client, metadata, options);
    else await printAll(client, metadata, options);
  } finally {
    client.close();
  }
}

function checkOptions({ conductor, worker, follow, previous }: LogsOptions): void {
  if (conductor && worker !== undefined)
    throw new FacefleetError('FF5001', 'give either --conductor or --worker');
  if (follow && previous)
    throw new FacefleetError('FF5001', '--previous has ended; there is nothing to follow');
  if (worker !== undefined && !/^(p\d+(-s\d+(-r\d+)?)?|d\d+)$/.test(worker))
    throw new FacefleetError('FF5001', `--worker ${worker} is no lane such as p0-s0-r0, p0-s0, p0 or d0`);
}

interface Owner {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

async function printAll(
  client: KubeClient,
  { name, namespace, uid }: Owner,
  options: LogsOptions,
): Promise<void> {
  const pods = (await client.list(PODS, { namespace, labelSelector: `facefleet.dev/uid=${uid}` }))
    .map((pod) => ({ pod, lane: laneOf(pod) }))
    .sort(byLane);
  const chosen = pods.filter(({ lane }) => isChosen(lane, options));
  if (pods.length === 0) process.stderr.write(`${name} has no pods at present\n`);
  else if (chosen.length === 0) {
    const which = options.conductor ? 'conductor' : `worker ${options.worker}`;
    const there = pods.map(({ lane }) => lane).join(', ');
    throw new FacefleetError('FF7005', `${which} of ${namespace}/${name}; there are ${there}`);
  }
  for (const { pod, lane } of chosen) {
    try {
      for await (const line of logLines(client, pod, options)) print(lane, line, options);
    } catch (error) {
      if (!isNotYet(error)) throw error;
      process.stderr.write(`${lane}: ${(error as FacefleetError).detail}\n`);
    }
  }
}

async function followAll(
  client: KubeClient,
  { name, namespace, uid }: Owner,
  options: LogsOptions,
): Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;
  /** Pods whose log is being read, or was read to its end. */
  const read = new Map<string, Promise<void>>();
  const readPod = async (pod: V1Pod, lane: string, uidOfPod: string): Promise<void> => {
    try {
      for await (const line of logLines(client, pod, options)) print(lane, line, options);
    } catch (error) {
      // its container has not started, or the node is away: the next change of the pod tries again
      if (error instanceof FacefleetError) read.delete(uidOfPod);
      else throw error;
    }
  };
  const followPods = async (): Promise<void> => {
    const selection = { namespace, labelSelector: `facefleet.dev/uid=${uid}` };
    for await (const { objects } of followList(client, PODS, selection, signal)) {
      for (const [uidOfPod, pod] of objects) {
        const lane = laneOf(pod);
        if (read.has(uidOfPod) || !isChosen(lane, options) || !hasStarted(pod)) continue;
        read.set(uidOfPod, readPod(pod, lane, uidOfPod));
      }
    }
  };
  const followEnd = async (): Promise<void> => {
    const selection = { namespace, fieldSelector: `metadata.name=${name}` };
    for await (const { objects, lost } of followList(client, EXTRACTIONS, selection, signal)) {
      const found = objects.get(uid);
      if (found === undefined ? lost === null : extractionEnd(found, false) !== null) break;
    }
    // pods that have just ended are seen once more before the end
    await new Promise((resolve) => setTimeout(resolve, LAST_LOOK_MS));
    ended.abort();
  };
  await Promise.all([followPods(), followEnd()]);
  await Promise.all(read.values());
}

const LAST_LOOK_MS = 1000;

function hasStarted({ status }: V1Pod): boolean {
  return status?.phase === 'Running' || status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function isChosen(lane: string, { conductor, worker }: LogsOptions): boolean {
  if (conductor) return lane === CONDUCTOR;
  return worker === undefined || lane === worker || lane.startsWith(`${worker}-`);
}

/** The kubelet refuses the log of a container that has not started. */
function isNotYet(error: unknown): boolean {
  return hasCode(error, 'FF7005', 'FF7007', 'FF7009');
}

/** What a mesh puts into a pod may stand before it. */
function ownContainer(all: readonly V1Container[]): string | undefined {
  return (all.find(({ name }) => name === CONTAINER) ?? all[0])?.name;
}

async function* logLines(
  client: KubeClient,
  { metadata, spec }: V1Pod,
  { follow, previous, tail, since, timestamps }: LogsOptions,
): AsyncGenerator<string> {
  const response = await client.stream({
    verb: 'get',
    resource: PODS,
    namespace: metadata?.namespace ?? null,
    name: metadata?.name ?? '',
    subresource: 'log',
    query: {
      container: ownContainer(spec?.containers ?? []),
      follow: follow || undefined,
      previous: previous || undefined,
      tailLines: tail,
      sinceSeconds: since,
      timestamps: timestamps || undefined,
    },
  });
  try {
    yield* responseLines(response);
  } catch (error) {
    throw asFacefleetError(error, 'FF7001', `log of ${metadata?.name}`);
  } finally {
    response.destroy();
  }
}

function print(lane: string, line: string, { prefix }: LogsOptions): void {
  process.stdout.write(prefix ? `[${lane}] ${line}\n` : `${line}\n`);
}
