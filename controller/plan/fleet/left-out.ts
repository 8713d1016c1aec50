import { namedNodes } from '../named-nodes.ts';
import type { Reason } from '../plan.ts';
import { byText } from './by-text.ts';

/** Nodes, or GPUs of them, of which the same is to be said. */
interface Group {
  readonly code: string;
  readonly sentence: (count: number) => string;
  readonly nodes: string[];
  count: number;
}

/** Collects what is not used of a cluster and why, one reason for all nodes of which the same is true. */
export class LeftOut {
  readonly #groups = new Map<string, Group>();

  /**
   * @param what tells groups of one code apart
   * @param sentence what goes on after "<nodes>: "
   * @param count of nodes or GPUs
   */
  add(code: string, what: string, node: string, count: number, sentence: Group['sentence']): void {
    const key = `${code} ${what}`;
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, { code, sentence, nodes: [node], count });
    else {
      group.nodes.push(node);
      group.count += count;
    }
  }

  /** By code; nodes in the order in which they were added. */
  reasons(): readonly Reason[] {
    return [...this.#groups]
      .sort(([a], [b]) => byText(a, b))
      .map(([, { code, sentence, nodes, count }]) => ({
        code,
        numbers: { count, nodes: nodes.length, node: nodes[0]! },
        sentence: `${namedNodes(nodes)}: ${sentence(count)}.`,
      }));
  }
}
