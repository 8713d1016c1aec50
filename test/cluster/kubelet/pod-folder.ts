import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CoreV1Api, V1Pod, V1Volume } from '@kubernetes/client-node';
import { answered } from '../api-answers.ts';
import { cpuJob } from './cpu-job.ts';

/** Why a pod does not start yet, as its container's status says it. */
export class NotYet extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Where the paths of a container are on this machine. */
export interface PodPaths {
  /** Of a text that holds paths of the container, the same with those of this machine. */
  local(text: string): string;
  /** What the container writes its termination message to. */
  readonly terminationLog: string;
  /** Where its stdout and stderr are kept. */
  readonly log: string;
}

const DEFAULT_TERMINATION_LOG = '/dev/termination-log';

/**
 * Makes the volumes of a pod in a folder.
 * @param claims folders of this machine by the names of PersistentVolumeClaims
 * @throws NotYet while one cannot be mounted
 */
export async function podFolder(
  core: CoreV1Api,
  pod: V1Pod,
  folder: string,
  claims: Readonly<Record<string, string>>,
): Promise<PodPaths> {
  const [container] = pod.spec!.containers;
  const roots: [inContainer: string, here: string][] = [];
  for (const volume of pod.spec!.volumes ?? []) {
    const here = await mountVolume(core, pod, volume, join(folder, 'volumes', volume.name), claims);
    for (const { name, mountPath, subPath } of container!.volumeMounts ?? [])
      if (name === volume.name) roots.push([mountPath, subPath ? join(here, subPath) : here]);
  }
  const terminationLog = join(folder, 'termination-log');
  await writeFile(terminationLog, '');
  roots.push([container!.terminationMessagePath ?? DEFAULT_TERMINATION_LOG, terminationLog]);
  // the longest first: /facefleet/job before /facefleet
  roots.sort(([a], [b]) => b.length - a.length);
  return { local: (text) => localPaths(text, roots), terminationLog, log: join(folder, 'log') };
}

/** Replaces paths that begin with a root, where a path can begin in a text. */
function localPaths(text: string, roots: readonly (readonly [string, string])[]): string {
  const found = roots.find(([root]) => pathStart(text, root) !== -1);
  if (found === undefined) return text;
  const [root, here] = found;
  const at = pathStart(text, root);
  return text.slice(0, at) + here + localPaths(text.slice(at + root.length), roots);
}

function pathStart(text: string, root: string): number {
  for (let at = text.indexOf(root); at !== -1; at = text.indexOf(root, at + 1)) {
    const [before, after] = [text[at - 1] ?? '', text[at + root.length] ?? ''];
    const scheme = text.slice(0, at).endsWith('file://');
    if ((/^[=:, "']?$/.test(before) || scheme) && /^[/:;, "']?$/.test(after)) return at;
  }
  return -1;
}

async function mountVolume(
  core: CoreV1Api,
  pod: V1Pod,
  volume: V1Volume,
  folder: string,
  claims: Readonly<Record<string, string>>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const namespace = pod.metadata!.namespace!;
  const { configMap, secret, emptyDir, persistentVolumeClaim: claim } = volume;
  if (emptyDir) return folder;
  if (claim) {
    const here = claims[claim.claimName];
    if (here === undefined)
      throw new NotYet('ContainerCreating', `persistentvolumeclaim "${claim.claimName}" not found`);
    return here;
  }
  if (configMap) {
    const name = configMap.name!;
    const { data = {}, binaryData = {} } = await mounted('configmap', name, () =>
      core.readNamespacedConfigMap({ name, namespace }),
    );
    for (const [file, text] of Object.entries(data)) await put(folder, file, cpuJob(file, Buffer.from(text)));
    for (const [file, base64] of Object.entries(binaryData))
      await put(folder, file, cpuJob(file, Buffer.from(base64, 'base64')));
    return folder;
  }
  if (secret) {
    const name = secret.secretName!;
    const read = () => core.readNamespacedSecret({ name, namespace });
    const found = secret.optional ? await unlessMissing(read) : await mounted('secret', name, read);
    const { data = {} } = found ?? {};
    for (const [file, base64] of Object.entries(data)) await put(folder, file, Buffer.from(base64, 'base64'));
    return folder;
  }
  throw new Error(`the test kubelet has no volumes such as ${JSON.stringify(volume)}`);
}

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!answered(error, 404)) throw error;
    return null;
  }
}

async function mounted<T>(kind: string, name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!answered(error, 404)) throw error;
    throw new NotYet('ContainerCreating', `MountVolume.SetUp failed: ${kind} "${name}" not found`);
  }
}

async function put(folder: string, file: string, content: Buffer): Promise<void> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
