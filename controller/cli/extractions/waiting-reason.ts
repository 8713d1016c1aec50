import type { Condition, ExtractionResource } from '../../api/extraction-resource.ts';

/** Why an extraction does not run, by its conditions; null when it runs or nothing is said. */
export function waitingReason({ status }: ExtractionResource): Condition | null {
  const find = (type: Condition['type'], holds: Condition['status']): Condition | null =>
    status?.conditions?.find((one) => one.type === type && one.status === holds) ?? null;
  switch (status?.phase) {
    case 'Failed':
      return find('Failed', 'True');
    case 'Suspended':
      return find('Suspended', 'True');
    case 'Pending':
    case 'Waiting':
      return find('Planned', 'False') ?? find('Admitted', 'False') ?? find('Running', 'False');
    default:
      return null;
  }
}
