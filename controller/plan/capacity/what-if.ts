import type { Reason } from '../plan.ts';
import type { Gpu, NodeCapacity } from '../problem.ts';
import { productMemoryMiB } from './product-memory.ts';

/** A change of the cluster to be tried. */
export type WhatIf =
  | { readonly kind: 'add'; readonly count: number; readonly product: string }
  | { readonly kind: 'remove'; readonly node: string };

const ADD = /^add:(\d{1,5})x(\S+)$/;
const REMOVE = /^remove:(\S+)$/;

/** Reads `add:2xA100-80GB` (a node with that many GPUs) or `remove:NODE`; null when it is neither. */
export function parseWhatIf(text: string): WhatIf | null {
  const [, count, product] = ADD.exec(text) ?? [];
  if (count !== undefined && product !== undefined && Number(count) > 0)
    return { kind: 'add', count: Number(count), product };
  const [, node] = REMOVE.exec(text) ?? [];
  return node === undefined ? null : { kind: 'remove', node };
}

/** The cluster after a change, or why it cannot be made. */
export type Changed =
  | { readonly possible: true; readonly nodes: readonly NodeCapacity[]; readonly reason: Reason }
  | { readonly possible: false; readonly sentence: string };

/**
 * Makes a change. An added node has no taints and enough cores and memory for its GPUs; its GPUs have the memory of that product in
 * the cluster, else the guess by its name. They are shared with nobody.
 * @param labels of an added node: those that the extraction selects, so that it may be used
 */
export function applyWhatIf(
  nodes: readonly NodeCapacity[],
  change: WhatIf,
  labels: NodeCapacity['labels'] = {},
): Changed {
  if (change.kind === 'remove') {
    const left = nodes.filter(({ name }) => name !== change.node);
    if (left.length === nodes.length)
      return { possible: false, sentence: `there is no node ${change.node} to remove` };
    const reason = {
      code: 'NodeRemoved',
      numbers: { node: change.node },
      sentence: `without the node ${change.node}`,
    };
    return { possible: true, nodes: left, reason };
  }
  const { count, product } = change;
  const known = likeThoseOfTheCluster(nodes, product);
  const gpu = known ?? byName(product);
  if (gpu === null) {
    const sentence = `the memory of ${product} is not known; its size may be in the name: add:${count}x${product}-24GB`;
    return { possible: false, sentence };
  }
  const taken = new Set(nodes.map(({ name }) => name));
  let number = 1;
  while (taken.has(`added-${number}`)) number++;
  const name = `added-${number}`;
  const added: NodeCapacity = {
    name,
    gpus: [{ ...gpu, count, busy: 0 }],
    cores: null,
    memoryMiB: null,
    labels,
    taints: [],
    schedulable: true,
  };
  return {
    possible: true,
    nodes: [...nodes, added],
    reason: {
      code: 'NodeAdded',
      numbers: { node: name, product: gpu.product, count, totalMiB: gpu.totalMiB },
      sentence: `with a node ${name} of ${count} x ${gpu.product} (${gpu.totalMiB} MiB each${known === null ? ', assumed by the name' : ''})`,
    },
  };
}

/** A whole GPU or MIG slice as the cluster has them, also where it shares them. */
function likeThoseOfTheCluster(nodes: readonly NodeCapacity[], product: string): Gpu | null {
  const wanted = plain(product);
  for (const { gpus } of nodes) {
    const found = gpus.find((gpu) => plain(gpu.product) === wanted);
    if (found === undefined) continue;
    const { sharing, totalMiB } = found;
    if (sharing.kind === 'mig') return found;
    // MPS shares have their part of the memory as a total
    const wholeMiB = sharing.kind === 'mps' ? totalMiB * sharing.replicas : totalMiB;
    return { ...found, totalMiB: wholeMiB, freeMiB: wholeMiB, sharing: { kind: 'none' } };
  }
  return null;
}

function plain(product: string): string {
  return product
    .toLowerCase()
    .replace(/^nvidia-/, '')
    .replace(SHARED, '');
}

const SHARED = /-shared$/i;
const MIG = /-MIG-(.+)$/i;

function byName(named: string): Gpu | null {
  const product = named.replace(SHARED, '');
  const totalMiB = productMemoryMiB(product);
  if (totalMiB === null) return null;
  const amd = /(^|[^A-Z])MI\d/i.test(product);
  const profile = MIG.exec(product)?.[1]?.toLowerCase();
  return {
    resource: amd ? 'amd.com/gpu' : profile === undefined ? 'nvidia.com/gpu' : `nvidia.com/mig-${profile}`,
    product,
    count: 1,
    busy: 0,
    totalMiB,
    freeMiB: totalMiB,
    sharing: profile === undefined ? { kind: 'none' } : { kind: 'mig', profile },
    speed: null,
  };
}
