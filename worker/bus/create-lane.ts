import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { checkSlots, DEDUPE_WINDOW_MS } from './check-lane.ts';
import type { LaneNames } from './lane-names.ts';
import type { NatsLink } from './nats-link.ts';

const NS_PER_MS = 1_000_000;
/** JSStreamNameExist, JSConsumerNameExist: somebody else has just created it. */
const EXISTS: ReadonlySet<string> = new Set(['10058', '10013', '10148']);

export interface LaneKeeping {
  readonly slots: number;
  readonly ackWaitMs: number;
  readonly replicas: number;
  readonly storage: 'file' | 'memory';
}

/**
 * Creates the stream and the consumer of a lane where they do not exist. The stream takes at most `slots` messages and refuses more;
 * a message stays until it is acked, so that those in work count. That limit is the only one: several at once lose messages
 * (nats-server issue 4771).
 * @returns the `ackWaitMs` that the lane has, and when it was created, which tells it from an earlier one of its name
 * @throws FacefleetError FF6004 when it exists with other slots, FF6008 when the server cannot keep it
 */
export async function createLane(
  lane: string,
  names: LaneNames,
  { slots, ackWaitMs, replicas, storage }: LaneKeeping,
  link: NatsLink,
  jsm: JetStreamManager,
  signal?: AbortSignal,
): Promise<{ readonly ackWaitMs: number; readonly created: string }> {
  const { stream, subject, consumer } = names;
  const streamInfo = await findOrAdd(
    () => link.ask(lane, () => jsm.streams.info(stream), signal),
    () =>
      link.ask(
        lane,
        () =>
          jsm.streams.add({
            name: stream,
            subjects: [subject],
            retention: RetentionPolicy.Workqueue,
            storage: storage === 'file' ? StorageType.File : StorageType.Memory,
            num_replicas: replicas,
            max_msgs_per_subject: slots,
            discard: DiscardPolicy.New,
            discard_new_per_subject: true,
            duplicate_window: DEDUPE_WINDOW_MS * NS_PER_MS,
          }),
        signal,
      ),
  );
  if (streamInfo === null) throw new FacefleetError('FF6006', lane);
  checkSlots(lane, streamInfo.config.max_msgs_per_subject, slots);
  const consumerInfo = await findOrAdd(
    () => link.ask(lane, () => jsm.consumers.info(stream, consumer), signal),
    () =>
      link.ask(
        lane,
        () =>
          jsm.consumers.add(stream, {
            durable_name: consumer,
            ack_policy: AckPolicy.Explicit,
            deliver_policy: DeliverPolicy.All,
            ack_wait: ackWaitMs * NS_PER_MS,
            max_ack_pending: slots,
            filter_subject: subject,
          }),
        signal,
      ),
  );
  if (consumerInfo === null) throw new FacefleetError('FF6006', lane);
  const ackWaitNs = consumerInfo.config.ack_wait ?? ackWaitMs * NS_PER_MS;
  return { ackWaitMs: ackWaitNs / NS_PER_MS, created: streamInfo.created };
}

/** Looks, creates, and looks again when somebody else was faster. */
async function findOrAdd<T>(find: () => Promise<T | null>, add: () => Promise<T | null>): Promise<T | null> {
  const found = await find();
  if (found !== null) return found;
  try {
    return await add();
  } catch (error) {
    if (error instanceof FacefleetError && EXISTS.has(apiCode(error.cause))) return await find();
    throw error;
  }
}

function apiCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
