import type { Msg } from '@nats-io/transport-node';
import type { Delivery } from './bus.ts';
import type { NatsLink } from './nats-link.ts';
import { natsTrouble } from './nats-trouble.ts';

const ACK_TIMEOUT_MS = 5000;
const ACK_TRIES = 6;
const NS_PER_MS = 1_000_000;

/** A message that JetStream delivered to this process. */
export class JetStreamDelivery implements Delivery {
  /** The lane's number of the message. */
  readonly number: number;
  readonly id: string;
  readonly payload: Uint8Array;
  readonly attempt: number;
  readonly #link: NatsLink;
  readonly #onSettled: (delivery: JetStreamDelivery) => void;
  /** Where acks go; the newest when the message was delivered again. */
  #reply: string;
  #settling: Promise<boolean> | null = null;

  constructor(
    message: Msg,
    { number, attempt }: { readonly number: number; readonly attempt: number },
    link: NatsLink,
    onSettled: (delivery: JetStreamDelivery) => void,
  ) {
    this.number = number;
    this.attempt = attempt;
    this.id = message.headers?.get('Nats-Msg-Id') ?? '';
    this.payload = message.data;
    this.#reply = message.reply ?? '';
    this.#link = link;
    this.#onSettled = onSettled;
  }

  /** The ack under way, if there is one. */
  get settling(): Promise<boolean> | null {
    return this.#settling;
  }

  /** The server delivered the message again although it is in work here. */
  renew(message: Msg): void {
    this.#reply = message.reply ?? this.#reply;
  }

  ack(): Promise<boolean> {
    this.#settling ??= this.#ack().finally(() => this.#onSettled(this));
    return this.#settling;
  }

  nak(delayMs = 0): void {
    if (this.#settling !== null) return;
    this.#settling = Promise.resolve(false);
    this.#onSettled(this);
    this.#say(delayMs > 0 ? `-NAK ${JSON.stringify({ delay: delayMs * NS_PER_MS })}` : '-NAK');
  }

  working(): void {
    if (this.#settling === null) this.#say('+WPI');
  }

  async #ack(): Promise<boolean> {
    for (let tries = 0; tries < ACK_TRIES; tries++) {
      try {
        await this.#link.whenConnected();
        const answer = this.#link.connection.request(this.#reply, '+ACK', { timeout: ACK_TIMEOUT_MS });
        await this.#link.whileConnected(answer);
        return true;
      } catch (error) {
        if (this.#link.ending.aborted || natsTrouble(error, this.id) !== 'again') return false;
        await this.#link.pause(20 * 2 ** tries).catch(() => {});
      }
    }
    return false;
  }

  /** Says something that nobody answers; when it is lost, the message comes again after the lane's `ackWaitMs`. */
  #say(payload: string): void {
    if (!this.#link.connected) return;
    try {
      this.#link.connection.publish(this.#reply, payload);
    } catch {
      // the connection is closing
    }
  }
}
