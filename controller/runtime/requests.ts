import type { ExtractionResource } from '../api/extraction-resource.ts';
import { type NeedContext, takesWork } from '../api/role-needs.ts';
import { capacity } from '../plan/capacity/capacity.ts';
import type { KubeNode } from '../plan/capacity/kubernetes-objects.ts';
import { nodeCpuProduct } from '../plan/profiles/cpu-product.ts';
import type { RequestFault, ResolvedRequest } from '../reconcile/observed.ts';
import type { ControllerParts } from './controller-parts.ts';

interface Resolved {
  readonly generation: number;
  readonly context: NeedContext;
  readonly request: Promise<ResolvedRequest | RequestFault>;
}

/** What the specs of extractions mean, resolved once for each spec and each kind of hardware that the cluster has. */
export class Requests {
  readonly #parts: Pick<ControllerParts, 'resolveRequest' | 'profiles' | 'onnxruntime'>;
  readonly #nodes: () => readonly KubeNode[];
  readonly #resolved = new Map<string, Resolved>();
  #stale = false;
  #context: { readonly products: string; readonly context: NeedContext } | null = null;

  /** @param nodes of the cluster now */
  constructor(
    parts: Pick<ControllerParts, 'resolveRequest' | 'profiles' | 'onnxruntime'>,
    nodes: () => readonly KubeNode[],
  ) {
    this.#parts = parts;
    this.#nodes = nodes;
  }

  /** The nodes changed: hardware that was not there before may have come. */
  nodesChanged(): void {
    this.#stale = true;
  }

  async of(extraction: ExtractionResource): Promise<ResolvedRequest | RequestFault> {
    const context = this.#contextNow();
    const { uid, generation } = extraction.metadata;
    const known = this.#resolved.get(uid);
    if (known?.generation === generation && known.context === context) return await known.request;
    const request = this.#parts.resolveRequest(extraction, context);
    this.#resolved.set(uid, { generation, context, request });
    try {
      return await request;
    } catch (error) {
      this.#resolved.delete(uid);
      throw error;
    }
  }

  forget(uid: string): void {
    this.#resolved.delete(uid);
  }

  /** The same one for as long as the cluster has the same kinds of hardware. */
  #contextNow(): NeedContext {
    if (this.#context !== null && !this.#stale) return this.#context.context;
    this.#stale = false;
    const { nodes } = capacity(this.#nodes(), []);
    const gpus = nodes.flatMap((node) => node.gpus.map(({ product }) => product));
    const cpus = nodes.filter(takesWork).map(({ labels }) => nodeCpuProduct(labels) ?? 'unknown');
    const products = JSON.stringify([[...new Set(gpus)].sort(), [...new Set(cpus)].sort()]);
    if (this.#context?.products !== products) {
      const { profiles, onnxruntime } = this.#parts;
      this.#context = { products, context: { profiles, provider: 'cuda', onnxruntime, nodes } };
    }
    return this.#context.context;
  }
}
