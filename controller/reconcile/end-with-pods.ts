import { fail, succeed } from './finish.ts';
import type { Scene } from './scene.ts';
import { verdictOn } from './verdict.ts';

/** Ends the extraction when a pod's end is its end: the conductor has finished it, or a process says that it can never succeed. */
export function endWithPods(scene: Scene): boolean {
  const { pods } = scene.observed;
  const done = pods.find((pod) => pod.role.kind === 'conductor' && verdictOn(pod).kind === 'done');
  if (done?.end) {
    succeed(done.end, scene);
    return true;
  }
  for (const pod of pods) {
    if (pod.role.kind === 'cleaner') continue;
    const verdict = verdictOn(pod);
    if (verdict.kind !== 'refused') continue;
    fail(verdict.failure, scene);
    return true;
  }
  return false;
}
