import { namedNodes } from '../named-nodes.ts';
import type { Reason } from '../plan.ts';

/** What was seen on one node and why it matters. */
export interface Finding {
  /** PascalCase and stable. */
  readonly code: string;
  readonly node: string;
  readonly numbers: Readonly<Record<string, number | string>>;
  /** What goes on after "<nodes>: ". */
  readonly sentence: string;
}

/** One reason for all nodes of which the same was found, in the order of the first. */
export function groupFindings(findings: readonly Finding[]): Reason[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.code} ${finding.sentence}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].map((group) => {
    const { code, numbers, sentence } = group[0]!;
    const nodes = group.map(({ node }) => node);
    return {
      code,
      numbers: { ...numbers, nodes: nodes.length, node: nodes[0]! },
      sentence: `${namedNodes(nodes)}: ${sentence}`,
    };
  });
}
