import { FacefleetError } from '../errors/facefleet-error.ts';
import type { LaneOptions, Message } from './bus.ts';

export const DEFAULT_ACK_WAIT_MS = 30_000;
/** Name of the lane of results, and the places it has by default. */
export const RESULTS = { name: 'results', slots: 256 } as const;
/** For how long a lane knows the ids it took. */
export const DEDUPE_WINDOW_MS = 120_000;

const NAME = /^[a-z0-9-]{1,64}$/;
const EXTRACTION = /^[A-Za-z0-9-]{1,64}$/;
const ID = /^[!-~]{1,255}$/;
const MAX_SLOTS = 10_000;
const MIN_ACK_WAIT_MS = 1000;
const MAX_ACK_WAIT_MS = 24 * 3600 * 1000;

/** @throws FacefleetError FF6009 when a uid could not be part of the bus's names */
export function checkExtraction(uid: string): void {
  if (!EXTRACTION.test(uid))
    throw new FacefleetError('FF6009', `${JSON.stringify(uid)} is no uid of an extraction`);
}

/** @throws FacefleetError FF6004 when it is no name of a lane or topic */
export function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw new FacefleetError('FF6004', `${JSON.stringify(name)} is not 1 to 64 of a-z, 0-9 and '-'`);
  }
}

/** The options with defaults. @throws FacefleetError FF6004 when the name or an option is out of bounds */
export function checkLane(name: string, options: LaneOptions): { slots: number; ackWaitMs: number } {
  checkName(name);
  const { slots, ackWaitMs = DEFAULT_ACK_WAIT_MS } = options;
  if (!Number.isInteger(slots) || slots < 2 || slots > MAX_SLOTS) {
    throw new FacefleetError('FF6004', `${name}: slots is ${slots}, not an integer from 2 to ${MAX_SLOTS}`);
  }
  if (!(ackWaitMs >= MIN_ACK_WAIT_MS && ackWaitMs <= MAX_ACK_WAIT_MS)) {
    throw new FacefleetError('FF6004', `${name}: ackWaitMs is ${ackWaitMs}, not 1 second to 1 day`);
  }
  return { slots, ackWaitMs };
}

/** @throws FacefleetError FF6005 when the id or the size of a message is out of bounds */
export function checkMessage({ id, payload }: Message, maxPayloadBytes: number): void {
  if (!ID.test(id)) {
    throw new FacefleetError('FF6005', `${JSON.stringify(id)} is not 1 to 255 printable characters`);
  }
  if (payload.length > maxPayloadBytes) {
    throw new FacefleetError('FF6005', `${id} has ${payload.length} bytes; the bus takes ${maxPayloadBytes}`);
  }
}

/** @throws FacefleetError FF6004 when a lane is open with other slots than asked for */
export function checkSlots(name: string, present: number, wanted: number): void {
  if (present !== wanted) {
    throw new FacefleetError('FF6004', `${name} is open with ${present} slots, not with ${wanted}`);
  }
}
