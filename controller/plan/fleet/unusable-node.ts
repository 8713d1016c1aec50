import type { NodeCapacity, PlanOptions, Taint, Toleration } from '../problem.ts';

/** Why nothing may run on a node; null when it may. */
export function unusableNode(
  { schedulable, labels, taints }: NodeCapacity,
  options: Pick<PlanOptions, 'nodeSelector' | 'tolerations'>,
): { readonly code: string; readonly sentence: string } | null {
  if (!schedulable) return { code: 'NodeNotSchedulable', sentence: 'cordoned or not ready' };
  for (const [label, value] of Object.entries(options.nodeSelector)) {
    if (labels[label] !== value)
      return { code: 'NodeNotSelected', sentence: `without the label ${label}=${value}` };
  }
  const taint = taints.find((one) => !isTolerated(one, options.tolerations));
  if (taint === undefined) return null;
  return { code: 'NodeTainted', sentence: `the taint ${taint.key}:${taint.effect} is not tolerated` };
}

function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  if (taint.effect === 'PreferNoSchedule') return true;
  return tolerations.some(
    ({ key, operator = 'Equal', value = '', effect }) =>
      (effect === undefined || effect === taint.effect) &&
      (key === undefined || key === ''
        ? operator === 'Exists'
        : key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''))),
  );
}
