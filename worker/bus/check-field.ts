import { FacefleetError } from '../errors/facefleet-error.ts';

/** FF6007 with the message and the field, and what is wrong with it. */
export function badMessage(what: string, why: string): FacefleetError {
  return new FacefleetError('FF6007', `${what}: ${why}`);
}

/** @throws FacefleetError FF6007 when a number is not finite */
export function finite(what: string, ...values: readonly number[]): void {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw badMessage(what, `${bad} is no number to use`);
}

/** @throws FacefleetError FF6007 when a value is no integer from `from` to `to` */
export function within(what: string, value: number, from: number, to: number): void {
  if (!Number.isInteger(value) || value < from || value > to) {
    throw badMessage(what, `${value} is not an integer from ${from} to ${to}`);
  }
}

/** @throws FacefleetError FF6007 when a text is none of those allowed */
export function oneOf<T extends string>(what: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === text);
  if (found === undefined) {
    throw badMessage(what, `${JSON.stringify(text.slice(0, 40))} is none of ${allowed.join(', ')}`);
  }
  return found;
}

/** @throws FacefleetError FF6007 when a part is missing */
export function present<T>(what: string, part: T | undefined): T {
  if (part === undefined) throw badMessage(what, 'it is missing');
  return part;
}
