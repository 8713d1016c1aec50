const NAMED = 3;

/** Nodes for a sentence: `a`, `a, b, c`, `a, b, c and 1 more node`. */
export function namedNodes(nodes: readonly string[]): string {
  const shown = nodes.slice(0, NAMED).join(', ');
  const more = nodes.length - NAMED;
  return more <= 0 ? shown : `${shown} and ${more} more node${more === 1 ? '' : 's'}`;
}
