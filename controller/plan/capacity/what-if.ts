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
 * the cluster, else the guess by its name.
 */
export function applyWhatIf(nodes: readonly NodeCapacity[], change: WhatIf): Changed {
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
  const gpu = likeThoseOfTheCluster(nodes, product) ?? byName(product);
  if (gpu === null) return { possible: false, sentence: `the memory of ${product} is not known` };
  const taken = new Set(nodes.map(({ name }) => name));
  let number = 1;
  while (taken.has(`added-${number}`)) number++;
  const name = `added-${number}`;
  const added: NodeCapacity = {
    name,
    gpus: [{ ...gpu, count, busy: 0 }],
    cores: null,
    memoryMiB: null,
    labels: {},
    taints: [],
    schedulable: true,
  };
  return {
    possible: true,
    nodes: [...nodes, added],
    reason: {
      code: 'NodeAdded',
      numbers: { node: name, product: gpu.product, count, totalMiB: gpu.totalMiB },
      sentence: `with a node ${name} of ${count} x ${gpu.product} (${gpu.totalMiB} MiB each)`,
    },
  };
}

function likeThoseOfTheCluster(nodes: readonly NodeCapacity[], product: string): Gpu | null {
  const wanted = product.toLowerCase();
  for (const { gpus } of nodes) {
    const found = gpus.find(
      ({ product: name, sharing }) => name.toLowerCase() === wanted && sharing.kind === 'none',
    );
    if (found !== undefined) return found;
  }
  return null;
}

function byName(product: string): Gpu | null {
  const totalMiB = productMemoryMiB(product);
  if (totalMiB === null) return null;
  const amd = /(^|[^A-Z])MI\d/i.test(product);
  return {
    resource: amd ? 'amd.com/gpu' : 'nvidia.com/gpu',
    product,
    count: 1,
    busy: 0,
    totalMiB,
    freeMiB: totalMiB,
    sharing: { kind: 'none' },
    speed: null,
  };
}
