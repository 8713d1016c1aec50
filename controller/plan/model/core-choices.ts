import type { PlanOptions } from '../problem.ts';

/** Cores that a GPU worker may ask for: `workerCores`, and its doubles up to `maxWorkerCores`. */
export function coreChoices({
  workerCores,
  maxWorkerCores,
}: Pick<PlanOptions, 'workerCores' | 'maxWorkerCores'>): readonly number[] {
  const choices = [workerCores];
  for (let cores = Math.max(1, 2 * workerCores); cores <= (maxWorkerCores ?? 0); cores *= 2)
    choices.push(cores);
  return choices;
}
