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
  /** Whether it hears them: it is connected, and may listen. */
  readonly connected: boolean;
  /** Why it does not hear them; '' when it does. */
  readonly trouble: string;
  /** Since when it hears them without a break, to the second; null: it does not. */
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
  /** What the server says against listening; '' when nothing, null while it has not been asked. */
  let refusal: string | null = null;
  let sinceMs: number | null = null;
  const hears = (): boolean => refusal === '' && link?.connected === true;
  const look = (): void => {
    sinceMs = hears() ? (sinceMs ?? Date.now()) : null;
  };
  /** Until the link ends, or the server refuses. */
  const subscribe = async (
    { connection, ended }: NatsLink,
    stopped: Promise<null>,
  ): Promise<Error | null> => {
    const refused = Promise.withResolvers<Error>();
    const subscription = connection.subscribe(topicSubject('*', CONTROL_TOPIC), {
      callback: (error, message) => {
        if (error) refused.resolve(error);
        else {
          const heard = book.hear(message.data, Date.now());
          if (heard !== null) onHeard(heard);
        }
      },
    });
    // a server that refuses says so before it answers
    const asked = connection.flush().then(
      () => null,
      () => null,
    );
    let reason = await Promise.race([refused.promise, ended, stopped, asked]);
    if (reason === null) {
      if (refusal !== '') log.info('listening to conductors');
      refusal = '';
      reason = await Promise.race([refused.promise, ended, stopped]);
    }
    subscription.unsubscribe();
    return reason;
  };
  const listen = async (signal: AbortSignal): Promise<void> => {
    link = await openNatsLink({ ...settings, connectWithinMs: CONNECT_WITHIN_MS }, log, signal);
    const stopped = Promise.withResolvers<null>();
    signal.addEventListener('abort', () => stopped.resolve(null), { once: true });
    try {
      while (!signal.aborted) {
        const reason = await subscribe(link, stopped.promise);
        if (reason === null) return;
        if (link.ending.aborted) throw reason;
        const text = errorText(reason);
        if (refusal !== text) log.warn({ nats: link.location }, `no reports of conductors: ${text}`);
        refusal = text;
        await link.pause(PAUSE_MS, signal);
      }
    } finally {
      refusal = null;
      await link.close();
      link = null;
    }
  };
  return {
    book,
    get connected() {
      return hears();
    },
    get trouble() {
      if (link?.connected && refusal) return `the bus does not let this controller listen: ${refusal}`;
      return hears() ? '' : 'the bus is not connected';
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
