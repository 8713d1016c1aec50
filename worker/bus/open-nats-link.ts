import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { type ConnectionOptions, connect, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import { natsAuthenticator } from './nats-authenticator.ts';
import { NatsLink } from './nats-link.ts';
import type { NatsSettings } from './nats-settings.ts';
import { isJetStreamOff, natsTrouble } from './nats-trouble.ts';
import { raceSignal } from './race-signal.ts';

const CONNECT_WITHIN_MS = 30_000;
const GIVE_UP_AFTER_MS = 300_000;
const PAUSE_MS = 250;
const DIAL_TIMEOUT_MS = 5000;

/**
 * Connects to NATS, trying for a while when it is not there yet.
 * @throws FacefleetError FF6001 unreachable, FF6002 refused (at once), FF6008 no JetStream, FF6009 wrong settings; the signal's reason
 */
export async function openNatsLink(
  settings: NatsSettings,
  log: Logger,
  signal?: AbortSignal,
): Promise<NatsLink> {
  const { servers, connectWithinMs = CONNECT_WITHIN_MS, giveUpAfterMs = GIVE_UP_AFTER_MS } = settings;
  const location = servers.join(',');
  if (servers.length === 0) throw new FacefleetError('FF6009', 'no NATS server is named');
  const options = connectionOptions(settings);
  const endMs = Date.now() + connectWithinMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const link = new NatsLink(await dial(options, signal), location, giveUpAfterMs, log);
      try {
        await raceSignal(jetstreamManager(link.connection), signal);
        return link;
      } catch (error) {
        await link.close();
        throw error;
      }
    } catch (error) {
      signal?.throwIfAborted();
      const failure = connectError(error, location);
      if (failure.retry === 'never' || Date.now() > endMs) throw failure;
    }
    await sleep(PAUSE_MS, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }
}

/** A connection that comes too late is closed again. */
async function dial(options: ConnectionOptions, signal: AbortSignal | undefined): Promise<NatsConnection> {
  const dialling = connect(options);
  try {
    return await raceSignal(dialling, signal);
  } catch (error) {
    void dialling.then(
      (late) => late.close(),
      () => {},
    );
    throw error;
  }
}

function connectionOptions(settings: NatsSettings): ConnectionOptions {
  const { servers, credentials, tls, name = 'facefleet' } = settings;
  const authenticator = natsAuthenticator(credentials);
  return {
    servers: [...servers],
    name,
    ...(authenticator ? { authenticator } : {}),
    ...(tls ? { tls: { ...tls } } : {}),
    timeout: DIAL_TIMEOUT_MS,
    // the link decides when to give up
    maxReconnectAttempts: -1,
    reconnectTimeWait: PAUSE_MS,
    reconnectJitter: PAUSE_MS,
    reconnectJitterTLS: PAUSE_MS,
    // a peer that is silent for so long is gone
    pingInterval: 10_000,
    maxPingOut: 2,
    noAsyncTraces: true,
  };
}

function connectError(error: unknown, location: string): FacefleetError {
  const trouble = natsTrouble(error, location);
  if (trouble instanceof FacefleetError && trouble.code !== 'FF6008') return trouble;
  if (isJetStreamOff(error)) {
    return new FacefleetError('FF6008', `${location}: JetStream is not enabled`, { cause: error });
  }
  if (error instanceof JetStreamApiError && trouble instanceof FacefleetError) return trouble;
  const code = isInsecure(error) ? 'FF6002' : 'FF6001';
  return new FacefleetError(code, `${location}: ${errorText(error)}`, { cause: error });
}

/** A certificate that is not trusted, on either side, or a server without TLS where TLS is asked for. */
function isInsecure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '' } = error as NodeJS.ErrnoException;
  return /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/.test(code) || /not support 'tls'/.test(error.message);
}
