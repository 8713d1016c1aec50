import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { errorText } from '../../worker/errors/facefleet-error.ts';
import type { ExtractionResource } from '../api/extraction-resource.ts';
import type { EventNote } from '../reconcile/decision.ts';
import { EventSeries } from './event-series.ts';
import type { KubeClient } from './kube-client.ts';
import { EVENTS, type KubeEvent } from './kube-resource.ts';

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Of this process, for `reportingInstance`. */
  readonly instance: string;
  readonly log: Logger;
  /** @throws when this process may not write */
  readonly check: () => void;
  /** Aborts when it may not any more. */
  readonly signal: AbortSignal;
}

const COMPONENT = 'facefleet-controller';
const MOST_WAITING = 200;
const LONGEST_MESSAGE = 1024;

interface Waiting {
  readonly extraction: ExtractionResource;
  readonly note: EventNote;
  readonly atMs: number;
}

/** Tells notes as Events, one after the other behind the work; when the server does not take them they are lost, and nobody waits for them. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #series = new EventSeries();
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #told = '';

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  note(extraction: ExtractionResource, note: EventNote): void {
    const cut = { ...note, message: note.message.slice(0, LONGEST_MESSAGE) };
    const atMs = Date.now();
    if (!this.#series.isNews(extraction.metadata.uid, cut, atMs)) return;
    this.#waiting.push({ extraction, note: cut, atMs });
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    this.#writing ??= this.#writeAll();
  }

  /** Settles when nothing waits. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      try {
        this.#options.check();
        await this.#write(next);
        this.#told = '';
      } catch (error) {
        const text = errorText(error);
        // one line for each trouble, not for each Event
        if (text !== this.#told)
          this.#options.log.warn({ reason: next.note.reason }, `Events are lost: ${text}`);
        this.#told = text;
      }
    }
    this.#writing = null;
  }

  async #write(waiting: Waiting): Promise<void> {
    const { client, signal } = this.#options;
    await client.create(EVENTS, waiting.extraction.metadata.namespace, this.#event(waiting), signal);
  }

  #event({ extraction, note, atMs }: Waiting): KubeEvent {
    const { metadata, apiVersion, kind } = extraction;
    // cut, it may end with what no part of a name ends with
    const base = metadata.name.slice(0, 230).replace(/[-.]+$/, '');
    const name = `${base}.${randomBytes(8).toString('hex')}`;
    const time = new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      metadata: { name, namespace: metadata.namespace },
      involvedObject: {
        apiVersion,
        kind,
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
      },
      ...note,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component: COMPONENT },
      reportingComponent: COMPONENT,
      reportingInstance: this.#options.instance,
    };
  }
}
