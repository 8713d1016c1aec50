import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterRun } from './cluster-run.ts';
import type { Random } from './random.ts';

/** The last moment at which harm begins, in frames done; a run reports them once a second. */
const LAST_FRAMES = 18;

/**
 * Waits for a random moment of a run: while it starts, or after some frame. @returns what moment that was
 * @throws RunOver
 */
export async function randomMoment(cluster: ClusterRun, random: Random): Promise<string> {
  if (random.chance(0.2)) {
    const waitMs = random.whole(200, 3000);
    await sleep(waitMs);
    await cluster.whenFrames(0);
    return `${waitMs} ms after the start`;
  }
  const frames = random.whole(1, LAST_FRAMES);
  const moreMs = random.whole(0, 700);
  await cluster.whenFrames(frames);
  await sleep(moreMs);
  await cluster.whenFrames(frames);
  return `${moreMs} ms after frame ${frames}`;
}
