import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { errorText } from '../../worker/errors/facefleet-error.ts';
import type { ExtractionResource } from '../api/extraction-resource.ts';
import type { EventNote } from '../reconcile/decision.ts';
import { EventSeries, type EventWrite } from './event-series.ts';
import type { KubeClient } from './kube-client.ts';
import { hasCode } from './kube-failure.ts';
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
  readonly write: EventWrite;
}

/** Tells notes as Events, one after the other behind the work; when the server does not take them they are lost, and nobody waits for them. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #series = new EventSeries(() => randomBytes(8).toString('hex'));
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  note(extraction: ExtractionResource, note: EventNote): void {
    const cut = { ...note, message: note.message.slice(0, LONGEST_MESSAGE) };
    const write = this.#series.note(extraction.metadata.uid, cut, Date.now());
    if (write === null) return;
    this.#waiting.push({ extraction, note: cut, write });
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
      } catch (error) {
        this.#options.log.debug({ reason: next.note.reason }, `an Event is lost: ${errorText(error)}`);
      }
    }
    this.#writing = null;
  }

  async #write({ extraction, note, write }: Waiting): Promise<void> {
    const { client, signal } = this.#options;
    const { namespace } = extraction.metadata;
    const event = this.#event(extraction, note, write);
    const name = event.metadata!.name!;
    if (write.again) {
      const { count, lastTimestamp } = event;
      try {
        await client.patch(EVENTS, { namespace, name }, { count, lastTimestamp }, { signal });
        return;
      } catch (error) {
        // Events live for an hour only
        if (!hasCode(error, 'FF7005')) throw error;
      }
    }
    await client.create(EVENTS, namespace, event, signal);
  }

  #event(
    { metadata, apiVersion, kind }: ExtractionResource,
    { type, reason, message }: EventNote,
    { name, count, firstMs, lastMs }: EventWrite,
  ): KubeEvent {
    return {
      metadata: { name: `${metadata.name.slice(0, 230)}.${name}`, namespace: metadata.namespace },
      involvedObject: {
        apiVersion,
        kind,
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
      },
      type,
      reason,
      message,
      count,
      firstTimestamp: seconds(firstMs),
      lastTimestamp: seconds(lastMs),
      source: { component: COMPONENT },
      reportingComponent: COMPONENT,
      reportingInstance: this.#options.instance,
    };
  }
}

function seconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
