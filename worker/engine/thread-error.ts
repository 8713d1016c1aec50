import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import type { ThreadError } from './host-messages.ts';

/** An error in a form that survives structured cloning with its code. */
export function toThreadError(thrown: unknown): ThreadError {
  if (thrown instanceof FacefleetError) return { code: thrown.code, message: thrown.detail };
  return { code: null, message: errorText(thrown) };
}

/** The error that `toThreadError` packed. */
export function fromThreadError({ code, message }: ThreadError): Error {
  return code === null ? new Error(message) : new FacefleetError(code, message);
}
