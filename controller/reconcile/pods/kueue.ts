import { hash } from 'node:crypto';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { childBase } from '../child-name.ts';
import { KUEUE } from '../labels.ts';
import type { LanePlace } from '../stored-job.ts';

/** Kueue tells pods of one group apart by what they ask for and where they may run, and knows no more kinds than these. */
const MOST_KINDS = 8;

export interface KueueMarks {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const NONE: KueueMarks = { labels: {}, annotations: {} };

/** A pod that Kueue admits by itself. */
export function kueueAlone({ metadata }: ExtractionResource): KueueMarks {
  const queue = metadata.labels?.[KUEUE.queue];
  return queue ? { labels: { [KUEUE.queue]: queue }, annotations: {} } : NONE;
}

/**
 * Workers that Kueue admits together: all of one pass, for a later pass needs what the earlier one gives back. Other workers are another group.
 * @param places of the workers of the pass
 */
export function kueueGroup(
  extraction: ExtractionResource,
  pass: number,
  places: readonly LanePlace[],
): KueueMarks {
  const alone = kueueAlone(extraction);
  const kinds = new Set(
    places.map(({ stage, node, resource, cores, memoryMiB }) =>
      [stage, node, resource, cores, memoryMiB].join(' '),
    ),
  );
  if (alone === NONE || kinds.size > MOST_KINDS) return alone;
  const who = hash('sha256', JSON.stringify(places)).slice(0, 8);
  const group = `${childBase(extraction.metadata.name)}-p${pass}-${who}`;
  return {
    labels: { ...alone.labels, [KUEUE.group]: group },
    annotations: { [KUEUE.total]: String(places.length) },
  };
}
