import type { Scenario } from '../scenario.ts';

/** Two frames end every process that works on them: they are given up after their budget, and the others are worked on. */
export const deadlyFrames: Scenario = {
  name: 'deadly-frames',
  deadlyFrames: 2,
  async disturb({ cluster, note }) {
    const workers = new Set<number>();
    while (!cluster.over) {
      for (const { pid } of cluster.children('stage')) workers.add(pid);
      await Promise.race([cluster.ended, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    note(`${workers.size} worker processes`);
  },
};
