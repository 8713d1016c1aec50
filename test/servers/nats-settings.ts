import type { NatsSettings } from '../../worker/bus/nats-settings.ts';

/** Settings for a server of the tests, without credentials. */
export function natsSettings(...urls: readonly string[]): NatsSettings {
  return { servers: urls, credentials: { kind: 'none' }, tls: null };
}
