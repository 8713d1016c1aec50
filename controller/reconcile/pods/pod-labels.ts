import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { childBase } from '../child-name.ts';
import { LABELS } from '../labels.ts';
import type { PodRole } from '../observed.ts';

/** Labels of a pod: those of the template, and by which it is found. */
export function podLabels({ metadata, spec }: ExtractionResource, role: PodRole): Record<string, string> {
  const own = {
    [LABELS.app]: 'facefleet',
    [LABELS.component]: role.kind,
    [LABELS.extraction]: childBase(metadata.name),
    [LABELS.uid]: metadata.uid,
  };
  const lane =
    role.kind === 'worker'
      ? {
          [LABELS.pass]: String(role.pass),
          [LABELS.stage]: String(role.stage),
          [LABELS.replica]: String(role.replica),
        }
      : role.kind === 'decoder'
        ? { [LABELS.replica]: String(role.replica) }
        : {};
  return { ...spec.podTemplate.labels, ...own, ...lane };
}
