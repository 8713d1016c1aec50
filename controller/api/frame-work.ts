import type { FrameWork, NodeCapacity } from '../plan/problem.ts';
import { nodeCpuProduct } from '../plan/profiles/cpu-product.ts';
import type { Profile } from '../plan/profiles/profile.ts';
import { takesWork } from './role-needs.ts';

/**
 * What a frame costs a core of the cluster besides the networks: as measured when every node that may work has the CPU of one profile, else a guess by
 * a profile. A later profile of a CPU counts. Null when no profile tells it.
 */
export function frameWork(profiles: readonly Profile[], nodes: readonly NodeCapacity[]): FrameWork | null {
  const known = new Map<string, number>();
  for (const { product, provider, frameCoreSec } of profiles) {
    if (provider === 'cpu' && frameCoreSec !== undefined) known.set(product, frameCoreSec);
  }
  const products = new Set(nodes.filter(takesWork).map(({ labels }) => nodeCpuProduct(labels) ?? 'unknown'));
  const here = [...known].filter(([product]) => products.has(product));
  const coreSec = (here[0] ?? [...known][0])?.[1];
  if (coreSec === undefined) return null;
  return { coreSec, origin: products.size === 1 && here.length === 1 ? 'measured' : 'guessed' };
}
