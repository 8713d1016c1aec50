import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';

/**
 * What a failure of NATS means: wait and try again, the lane has no room, the lane or its receiver does not exist, or an error to
 * end with.
 */
export type NatsTrouble = 'again' | 'full' | 'missing' | FacefleetError;

/** `err_code`s of JetStream's API, as nats-server's errors.json has them. */
const CODE = {
  maxPerSubject: 10077,
  streamNotFound: 10059,
  consumerNotFound: 10014,
} as const;

/** Clusters that have no leader at the moment, or are starting: JSClusterIncomplete, NotActive, NotAvail, NotLeader; offline assets. */
const PASSING: ReadonlySet<number> = new Set([10004, 10006, 10008, 10009, 10118, 10119]);

/** The connection went away while an answer was awaited. */
export class Disconnected extends Error {
  override readonly name = 'Disconnected';
}

export function natsTrouble(thrown: unknown, where: string): NatsTrouble {
  if (thrown instanceof FacefleetError) return thrown;
  if (thrown instanceof Disconnected) return 'again';
  if (thrown instanceof JetStreamApiError) {
    if (thrown.code === CODE.maxPerSubject) return 'full';
    if (thrown.code === CODE.streamNotFound || thrown.code === CODE.consumerNotFound) return 'missing';
    if (PASSING.has(thrown.code)) return 'again';
    return new FacefleetError('FF6008', `${where}: ${thrown.message} (${thrown.code})`, { cause: thrown });
  }
  const refused = [thrown, thrown instanceof Error ? thrown.cause : null].find(isRefusal);
  if (refused) return new FacefleetError('FF6002', `${where}: ${errorText(refused)}`, { cause: thrown });
  if (isPassing(thrown)) return 'again';
  return new FacefleetError('FF6008', `${where}: ${errorText(thrown)}`, { cause: thrown });
}

/** Nobody answers JetStream's requests. */
export function isJetStreamOff(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'JetStreamNotEnabled';
}

function isRefusal(thrown: unknown): boolean {
  return (
    thrown instanceof errors.AuthorizationError ||
    thrown instanceof errors.UserAuthenticationExpiredError ||
    thrown instanceof errors.PermissionViolationError
  );
}

/** No answer in time, none to answer (JetStream is starting), or a connection that is closing. */
function isPassing(thrown: unknown): boolean {
  return (
    thrown instanceof errors.TimeoutError ||
    thrown instanceof errors.RequestError ||
    thrown instanceof errors.NoRespondersError ||
    thrown instanceof errors.ClosedConnectionError ||
    isJetStreamOff(thrown)
  );
}
