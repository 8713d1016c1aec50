/** What the subject of an ack says about the message. */
export interface AckSubject {
  /** How often the message was delivered. */
  readonly attempt: number;
  /** The lane's number of the message, from 1. */
  readonly number: number;
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`, or the later form with domain and
 * account before the stream (NATS ADR-15).
 * @returns null when it is neither
 */
export function parseAckSubject(subject: string): AckSubject | null {
  const tokens = subject.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK') return null;
  const at = tokens.length === 9 ? 4 : tokens.length >= 11 ? 6 : null;
  if (at === null) return null;
  const [attempt, number] = [Number(tokens[at]), Number(tokens[at + 1])];
  return Number.isSafeInteger(attempt) && Number.isSafeInteger(number) ? { attempt, number } : null;
}

/** The subjects on which a consumer's acks go by, in both forms. */
export function ackSubjects(stream: string, consumer: string): readonly string[] {
  return [`$JS.ACK.${stream}.${consumer}.>`, `$JS.ACK.*.*.${stream}.${consumer}.>`];
}

/** Payloads that take a message out of its lane: +ACK (or nothing), +TERM, +NXT; -NAK and +WPI leave it in. */
export function isFinalAck(payload: Uint8Array): boolean {
  if (payload.length === 0) return true;
  const verb = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.length, 5)).toString(
    'latin1',
  );
  return verb.startsWith('+ACK') || verb === '+TERM' || verb.startsWith('+NXT');
}
