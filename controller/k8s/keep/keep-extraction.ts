import type { Logger } from 'pino';
import { errorText } from '../../../worker/errors/facefleet-error.ts';
import { type ExtractionResource, parseExtractionResource } from '../../api/extraction-resource.ts';

/** An Extraction with every default filled in; null when it cannot be read, which the CRD does not let happen unless it is another version's. */
export function keepExtraction(object: ExtractionResource, log: Logger): ExtractionResource | null {
  const { namespace, name } = object.metadata;
  try {
    return parseExtractionResource(object, `${namespace}/${name}`);
  } catch (error) {
    log.error(
      { extraction: `${namespace}/${name}` },
      `the Extraction cannot be read and is left alone: ${errorText(error)}`,
    );
    return null;
  }
}
