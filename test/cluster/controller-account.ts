import { readFile } from 'node:fs/promises';
import {
  CoreV1Api,
  type KubeConfig,
  RbacAuthorizationV1Api,
  type V1PolicyRule,
} from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { KubeCluster } from '../servers/kube-cluster.ts';
import { answered } from './api-answers.ts';

const RULES = new URL('../../charts/facefleet/files/controller-rules.yaml', import.meta.url);

/** The rules that the chart gives the controller. */
export interface ControllerRules {
  /** Of a ClusterRole. */
  readonly cluster: readonly V1PolicyRule[];
  /** Of a ClusterRole, or of a Role where the controller looks after one namespace. */
  readonly namespaced: readonly V1PolicyRule[];
  /** Of a Role in the controller's own namespace. */
  readonly lease: readonly V1PolicyRule[];
}

export async function chartRules(): Promise<ControllerRules> {
  return parse(await readFile(RULES, 'utf8')) as ControllerRules;
}

/** A ServiceAccount that has exactly these rules. */
export interface ControllerAccount {
  /** As audit logs name it. */
  readonly user: string;
  readonly config: KubeConfig;
  /** Gives it other rules. */
  allow(rules: ControllerRules): Promise<void>;
  /** Removes what lies outside of its namespace. */
  end(): Promise<void>;
}

export async function controllerAccount(
  cluster: KubeCluster,
  namespace: string,
  name: string,
): Promise<ControllerAccount> {
  const admin = cluster.config();
  const core = admin.makeApiClient(CoreV1Api);
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  const clusterName = `${namespace}-${name}`;
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } });
  const allow = async ({ cluster, namespaced, lease }: ControllerRules): Promise<void> => {
    const clusterRole = { metadata: { name: clusterName }, rules: [...cluster, ...namespaced] };
    const role = { metadata: { name }, rules: [...lease] };
    await rbac.replaceClusterRole({ name: clusterName, body: clusterRole }).catch(async (error: unknown) => {
      if (!answered(error, 404)) throw error;
      await rbac.createClusterRole({ body: clusterRole });
    });
    await rbac.replaceNamespacedRole({ name, namespace, body: role }).catch(async (error: unknown) => {
      if (!answered(error, 404)) throw error;
      await rbac.createNamespacedRole({ namespace, body: role });
    });
  };
  await allow(await chartRules());
  const apiGroup = 'rbac.authorization.k8s.io';
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  await rbac.createClusterRoleBinding({
    body: {
      metadata: { name: clusterName },
      roleRef: { apiGroup, kind: 'ClusterRole', name: clusterName },
      subjects,
    },
  });
  await rbac.createNamespacedRoleBinding({
    namespace,
    body: { metadata: { name }, roleRef: { apiGroup, kind: 'Role', name }, subjects },
  });
  const { status } = await core.createNamespacedServiceAccountToken({
    name,
    namespace,
    body: { spec: { audiences: [], expirationSeconds: 4 * 3600 } },
  });
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    config: cluster.config(status!.token!),
    allow,
    end: async () => {
      await rbac.deleteClusterRoleBinding({ name: clusterName });
      await rbac.deleteClusterRole({ name: clusterName });
    },
  };
}
