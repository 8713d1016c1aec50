import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { EXIT } from '../exit-codes.ts';

/** How an extraction ended. */
export interface ExtractionEnd {
  readonly exitCode: number;
  /** For people: one line. */
  readonly text: string;
}

/** Null while it goes on. An extraction that was deleted did not end well unless it had ended before. */
export function extractionEnd({ spec, status }: ExtractionResource, deleted: boolean): ExtractionEnd | null {
  const { phase, progress, failure } = status ?? {};
  const failed = progress?.failed ?? 0;
  if (phase === 'Succeeded') {
    const some = failed === 0 ? '' : `; ${failed} frames failed, see failures.jsonl`;
    return {
      exitCode: failed === 0 ? EXIT.ok : EXIT.someFramesFailed,
      text: `succeeded: ${progress?.frames ?? 0} frames, ${progress?.faces ?? 0} faces, in ${spec.output.address}${some}`,
    };
  }
  if (phase === 'Failed')
    // the message begins with its code
    return {
      exitCode: EXIT.failed,
      text: `failed: ${failure?.message ?? 'the controller does not say why'}`,
    };
  if (!deleted) return null;
  return { exitCode: EXIT.failed, text: 'deleted before it had ended; its output keeps what was done' };
}
