import type { Reason } from '../plan.ts';
import type { NodeCapacity, Taint } from '../problem.ts';
import { type Finding, groupFindings } from './finding.ts';
import type { KubeNode, KubePod, ResourceList } from './kubernetes-objects.ts';
import { nodeGpus } from './node-gpus.ts';
import { parseQuantity } from './parse-quantity.ts';
import { type Amounts, holdsResources, podRequests } from './pod-requests.ts';

/** What is free in a cluster, and why some of it is not. */
export interface Capacity {
  /** By name, in code point order. */
  readonly nodes: readonly NodeCapacity[];
  readonly reasons: readonly Reason[];
}

const EFFECTS: ReadonlySet<string> = new Set(['NoSchedule', 'PreferNoSchedule', 'NoExecute']);
const MIB = 2 ** 20;
const NOTHING: Amounts = new Map();

/**
 * What is free on every node: allocatable minus the requests of pods that are bound and not finished. Nodes that take no pods now
 * are there, marked; GPUs whose memory cannot be told are left out with a reason.
 * @param pods of all namespaces; without them everything allocatable counts as free
 */
export function capacity(nodes: readonly KubeNode[], pods: readonly KubePod[]): Capacity {
  const held = heldByNode(pods);
  const findings: Finding[] = [];
  const capacities = nodes.map((node) => {
    const { amounts, pods: podCount } = held.get(node.metadata?.name ?? '') ?? { amounts: NOTHING, pods: 0 };
    return nodeCapacity(node, amounts, podCount, findings);
  });
  const byName = (a: { name: string }, b: { name: string }): number =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  findings.sort((a, b) => byName({ name: a.node }, { name: b.node }));
  return { nodes: capacities.sort(byName), reasons: groupFindings(findings) };
}

interface Held {
  readonly amounts: Map<string, number>;
  pods: number;
}

function heldByNode(pods: readonly KubePod[]): ReadonlyMap<string, Held> {
  const byNode = new Map<string, Held>();
  for (const pod of pods) {
    const node = pod.spec?.nodeName;
    if (!node || !holdsResources(pod)) continue;
    const held = byNode.get(node) ?? { amounts: new Map<string, number>(), pods: 0 };
    byNode.set(node, held);
    held.pods++;
    for (const [resource, amount] of podRequests(pod)) {
      held.amounts.set(resource, (held.amounts.get(resource) ?? 0) + amount);
    }
  }
  return byNode;
}

function nodeCapacity(node: KubeNode, held: Amounts, podCount: number, findings: Finding[]): NodeCapacity {
  const name = node.metadata?.name ?? '';
  const labels = node.metadata?.labels ?? {};
  const allocatable = amountsOf(node.status?.allocatable);
  const blocked = whyBlocked(node, allocatable, podCount);
  if (blocked !== null) findings.push({ ...blocked, node: name, numbers: {} });
  const gpus = nodeGpus(name, labels, allocatable, held);
  findings.push(...gpus.findings);
  const free = (resource: string, unit: number): number | null => {
    const amount = allocatable.get(resource);
    return amount === undefined ? null : Math.max(0, amount - (held.get(resource) ?? 0)) / unit;
  };
  const cores = free('cpu', 1);
  const memoryMiB = free('memory', MIB);
  return {
    name,
    gpus: gpus.gpus,
    cores: cores === null ? null : Math.round(cores * 1000) / 1000,
    memoryMiB: memoryMiB === null ? null : Math.floor(memoryMiB),
    labels,
    taints: (node.spec?.taints ?? [])
      .filter(({ effect }) => EFFECTS.has(effect))
      .map((taint) => taint as Taint),
    schedulable: blocked === null,
  };
}

/** Why a node takes no pods now; null when it does. */
function whyBlocked(
  node: KubeNode,
  allocatable: Amounts,
  podCount: number,
): { code: string; sentence: string } | null {
  if (node.metadata?.deletionTimestamp) return { code: 'NodeDeleting', sentence: 'it is being deleted' };
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  if (ready !== 'True')
    return { code: 'NodeNotReady', sentence: `it is not ready (condition Ready is ${ready ?? 'missing'})` };
  if (node.spec?.unschedulable) return { code: 'NodeCordoned', sentence: 'it is cordoned' };
  const os = node.metadata?.labels?.['kubernetes.io/os'] ?? 'linux';
  if (os !== 'linux') return { code: 'NodeNotLinux', sentence: `it runs ${os}` };
  const podSlots = allocatable.get('pods');
  if (podSlots !== undefined && podCount >= podSlots) {
    return { code: 'NodeFull', sentence: `all ${podSlots} pods that it takes are there` };
  }
  return null;
}

function amountsOf(list: ResourceList | undefined): Amounts {
  const amounts = new Map<string, number>();
  for (const [resource, quantity] of Object.entries(list ?? {})) {
    const amount = parseQuantity(quantity);
    if (amount !== null && amount >= 0) amounts.set(resource, amount);
  }
  return amounts;
}
