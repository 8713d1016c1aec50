import type { Reason } from '../plan.ts';
import type { NodeCapacity } from '../problem.ts';

/** One reason for every entry of `excludeGpus` that names no GPU of the cluster: likely a slip of the pen. */
export function excludesNothing(
  nodes: readonly NodeCapacity[],
  excludeGpus: readonly string[],
): readonly Reason[] {
  if (excludeGpus.length === 0) return [];
  const names = new Set<string>();
  for (const { name, gpus } of nodes) {
    for (const { product } of gpus) {
      for (const excluded of [name, product, `${name}/${product}`]) names.add(excluded);
    }
  }
  return excludeGpus
    .filter((name) => !names.has(name))
    .map((name) => ({
      code: 'ExcludesNothing',
      numbers: { name },
      sentence: `excludeGpus: ${name} is no node with GPUs, no product, and no node/product.`,
    }));
}
