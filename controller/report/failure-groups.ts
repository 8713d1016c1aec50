import type { FailureGroup } from './report.ts';

const EXAMPLES = 10;

/** Counts failures by code, and keeps the first of each; their number does not matter to its memory. */
export class FailureGroups {
  readonly #groups = new Map<string, { count: number; examples: FailureGroup['examples'][number][] }>();

  add(code: string, example: FailureGroup['examples'][number]): void {
    const group = this.#groups.get(code) ?? { count: 0, examples: [] };
    this.#groups.set(code, group);
    group.count += 1;
    if (group.examples.length < EXAMPLES) group.examples.push(example);
  }

  /** The most frequent code first. */
  list(): FailureGroup[] {
    return [...this.#groups]
      .map(([code, group]) => ({ code, ...group }))
      .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  }
}
