import type { Logger } from 'pino';
import { errorText } from '../../worker/errors/facefleet-error.ts';
import { type ExtractionResource, parseExtractionResource } from '../api/extraction-resource.ts';
import { ChangeListeners } from '../k8s/change-listeners.ts';
import { keyOf } from '../k8s/object-cache.ts';
import type { UnreadExtraction } from '../reconcile/decide-unread.ts';

/** Reads Extractions as the API server gives them, and keeps those apart that cannot be read, which the CRD does not let happen unless it is another version's. */
export class UnreadExtractions {
  readonly #log: Logger;
  readonly #found = new Map<string, UnreadExtraction>();
  /** Told of keys. */
  readonly changes = new ChangeListeners<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  get keys(): Iterable<string> {
    return this.#found.keys();
  }

  /** @param key `namespace/name` */
  get(key: string): UnreadExtraction | null {
    return this.#found.get(key) ?? null;
  }

  /** An Extraction with every default filled in; null when it cannot be read. */
  read(object: ExtractionResource): ExtractionResource | null {
    const key = keyOf(object);
    try {
      const extraction = parseExtractionResource(object, key);
      this.#found.delete(key);
      return extraction;
    } catch (error) {
      const why = errorText(error);
      if (this.#found.get(key)?.why !== why)
        this.#log.error({ extraction: key }, `the Extraction cannot be read and is left alone: ${why}`);
      this.#found.set(key, { object, why });
      this.changes.tell(key);
      return null;
    }
  }

  /** It is gone. */
  forget(key: string): void {
    this.#found.delete(key);
  }
}
