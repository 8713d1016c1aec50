import type { CoreV1Api, V1Container, V1EnvVar, V1Pod } from '@kubernetes/client-node';
import { answered } from '../api-answers.ts';
import { NotYet } from './pod-folder.ts';

type Env = Record<string, string>;

/**
 * The environment of a container as its pod says it: values, the downward API, secrets and ConfigMaps.
 * @throws NotYet `CreateContainerConfigError` while something that it names is not there
 */
export async function containerEnv(core: CoreV1Api, pod: V1Pod, container: V1Container): Promise<Env> {
  const namespace = pod.metadata!.namespace!;
  const read = async (kind: 'secret' | 'configmap', name: string): Promise<Env> => {
    try {
      if (kind === 'configmap') return (await core.readNamespacedConfigMap({ name, namespace })).data ?? {};
      const { data = {} } = await core.readNamespacedSecret({ name, namespace });
      return Object.fromEntries(
        Object.entries(data).map(([key, base64]) => [key, Buffer.from(base64, 'base64').toString()]),
      );
    } catch (error) {
      if (!answered(error, 404)) throw error;
      throw new NotYet('CreateContainerConfigError', `${kind} "${name}" not found`);
    }
  };
  const env: Env = {};
  for (const { secretRef, configMapRef, prefix = '' } of container.envFrom ?? []) {
    const [kind, ref] = secretRef
      ? (['secret', secretRef] as const)
      : (['configmap', configMapRef!] as const);
    const entries = await read(kind, ref.name!).catch((error: unknown) => {
      if (ref.optional && error instanceof NotYet) return {};
      throw error;
    });
    for (const [key, value] of Object.entries(entries)) env[prefix + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = await variableValue(variable, pod, read);
    if (value !== null) env[variable.name] = expand(value, env);
  }
  return env;
}

/** `$(NAME)` replaced by what the environment has; left alone where it has nothing. */
export function expand(text: string, env: Readonly<Env>): string {
  return text.replace(/\$\(([^)]+)\)/g, (whole, name: string) => env[name] ?? whole);
}

async function variableValue(
  { value = '', valueFrom }: V1EnvVar,
  pod: V1Pod,
  read: (kind: 'secret' | 'configmap', name: string) => Promise<Env>,
): Promise<string | null> {
  if (valueFrom === undefined) return value;
  if (valueFrom.fieldRef) return field(pod, valueFrom.fieldRef.fieldPath);
  const { secretKeyRef, configMapKeyRef } = valueFrom;
  const ref = secretKeyRef ?? configMapKeyRef;
  if (ref === undefined)
    throw new Error(`the test kubelet has no values such as ${JSON.stringify(valueFrom)}`);
  const entries = await read(secretKeyRef ? 'secret' : 'configmap', ref.name!);
  const found = entries[ref.key];
  if (found === undefined && !ref.optional)
    throw new NotYet('CreateContainerConfigError', `couldn't find key ${ref.key} in ${ref.name}`);
  return found ?? null;
}

function field({ metadata, spec }: V1Pod, path: string): string {
  const [, kind, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (kind !== undefined) return metadata![kind as 'labels' | 'annotations']?.[key!] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata!.name!;
    case 'metadata.namespace':
      return metadata!.namespace!;
    case 'metadata.uid':
      return metadata!.uid!;
    case 'spec.nodeName':
      return spec!.nodeName!;
    case 'spec.serviceAccountName':
      return spec!.serviceAccountName ?? 'default';
    case 'status.podIP':
    case 'status.hostIP':
      return '127.0.0.1';
    default:
      throw new Error(`the test kubelet has no field ${path}`);
  }
}
