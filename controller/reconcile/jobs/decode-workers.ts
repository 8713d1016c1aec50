import type { ExtractionResource } from '../../api/extraction-resource.ts';
import type { ResolvedRequest } from '../observed.ts';

/** How many workers of its own an extraction decodes its video with; 0: its conductor does, or its source is no video. */
export function decodeWorkers(
  { spec }: Pick<ExtractionResource, 'spec'>,
  { spec: { source } }: Pick<ResolvedRequest, 'spec'>,
): number {
  return source.kind === 'video' ? spec.planning.decodeWorkers : 0;
}
