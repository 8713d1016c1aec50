import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { topicSubject } from '../../worker/bus/lane-names.ts';
import type { NatsLink } from '../../worker/bus/nats-link.ts';
import type { NatsSettings } from '../../worker/bus/nats-settings.ts';
import { openNatsLink } from '../../worker/bus/open-nats-link.ts';
import { CONTROL_TOPIC } from '../../worker/cluster/topics.ts';
import { errorText } from '../../worker/errors/facefleet-error.ts';
import { type Heard, ReportBook } from './report-book.ts';

/** Hears what the conductors of all extractions say. */
export interface ConductorEar {
  readonly book: ReportBook;
  readonly connected: boolean;
  /** Since when it is connected without a break, to the second; null: it is not. */
  readonly listensSinceMs: number | null;
  /** Until the signal aborts; never throws: without the bus there are no reports, and all else goes on. */
  run(signal: AbortSignal): Promise<void>;
}

const PAUSE_MS = 5000;
const LOOK_EVERY_MS = 1000;
/** One attempt to connect; there is always another. */
const CONNECT_WITHIN_MS = 10_000;

/** @param onHeard for each message */
export function conductorEar(
  settings: NatsSettings,
  log: Logger,
  onHeard: (heard: Heard) => void,
): ConductorEar {
  const book = new ReportBook();
  let link: NatsLink | null = null;
  let sinceMs: number | null = null;
  const look = (): void => {
    sinceMs = link?.connected ? (sinceMs ?? Date.now()) : null;
  };
  const listen = async (signal: AbortSignal): Promise<void> => {
    link = await openNatsLink({ ...settings, connectWithinMs: CONNECT_WITHIN_MS }, log, signal);
    try {
      log.info({ nats: link.location }, 'listening to conductors');
      link.connection.subscribe(topicSubject('*', CONTROL_TOPIC), {
        callback: (error, message) => {
          const heard = error ? null : book.hear(message.data, Date.now());
          if (heard !== null) onHeard(heard);
        },
      });
      const stopped = Promise.withResolvers<null>();
      signal.addEventListener('abort', () => stopped.resolve(null), { once: true });
      const reason = await Promise.race([link.ended, stopped.promise]);
      if (reason !== null) throw reason;
    } finally {
      await link.close();
      link = null;
    }
  };
  return {
    book,
    get connected() {
      return link?.connected ?? false;
    },
    get listensSinceMs() {
      return sinceMs;
    },
    async run(signal) {
      let told = '';
      const looking = setInterval(look, LOOK_EVERY_MS);
      while (!signal.aborted) {
        try {
          await listen(signal);
          told = '';
        } catch (error) {
          if (signal.aborted) break;
          if (told !== errorText(error)) log.warn(`no reports of conductors: ${errorText(error)}`);
          told = errorText(error);
        }
        await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
      }
      clearInterval(looking);
    },
  };
}
