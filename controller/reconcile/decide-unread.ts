import type { Condition, ExtractionResource } from '../api/extraction-resource.ts';
import { withCondition } from './conditions.ts';
import type { Decision } from './decision.ts';
import { FINALIZER } from './delete.ts';

/** An Extraction of which this controller does not understand the spec or the status: it is of another version. */
export interface UnreadExtraction {
  /** As the API server gave it. */
  readonly object: ExtractionResource;
  /** For people. */
  readonly why: string;
}

/**
 * Says once that an extraction cannot be read, and leaves it and its pods alone: a controller that understands it goes on with them. One that is being
 * deleted is not held back.
 */
export function decideUnread({ object, why }: UnreadExtraction, nowMs: number): Decision {
  const { metadata, status } = object;
  const conditions = Array.isArray(status?.conditions) ? (status.conditions as readonly Condition[]) : [];
  const isGoing =
    metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FINALIZER) === true;
  const message = `This controller cannot read it and leaves it alone: ${why}`.slice(0, MOST_CHARS);
  const before = conditions.find(({ type }) => type === 'Planned');
  const isNews = before?.reason !== NOT_READABLE || before.message !== message;
  return {
    status: {
      ...status,
      conditions: withCondition(
        conditions,
        { type: 'Planned', status: 'Unknown', reason: NOT_READABLE, message },
        metadata.generation,
        nowMs,
      ),
    },
    events: [
      ...(isNews ? [{ type: 'Warning' as const, reason: NOT_READABLE, message }] : []),
      ...(isGoing ? [{ type: 'Warning' as const, reason: 'LeftBehind', message: LEFT_BEHIND }] : []),
    ],
    actions: isGoing ? [{ do: 'removeFinalizer' }] : [],
    requeueAfterMs: null,
  };
}

const NOT_READABLE = 'NotReadable';
const LEFT_BEHIND =
  'Its NATS streams and temporary objects of its output may still be there: what it was could not be read.';
/** A condition takes some more. */
const MOST_CHARS = 4000;
