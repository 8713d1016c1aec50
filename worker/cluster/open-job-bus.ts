import type { Logger } from 'pino';
import type { Bus } from '../bus/bus.ts';
import { openJetStreamBus } from '../bus/jetstream-bus.ts';
import { natsSettingsFromEnv } from '../bus/nats-settings-from-env.ts';
import type { Job } from './job.ts';

/**
 * Connects a process of a job to its bus: the job says where it is, the environment who the process is (see `natsSettingsFromEnv`).
 * @param name of the process, shown in the server's list of connections
 * @param extraction default the job's own
 * @param connectWithinMs how long the first connection is tried; default 30 s
 * @throws FacefleetError FF6001, FF6002, FF6008, FF6009
 */
export async function openJobBus(
  { bus, extraction: own }: Job,
  name: string,
  log: Logger,
  {
    signal,
    extraction = own,
    connectWithinMs,
  }: {
    readonly signal?: AbortSignal;
    readonly extraction?: string;
    readonly connectWithinMs?: number;
  } = {},
): Promise<Bus> {
  const { credentials, tls } = natsSettingsFromEnv(process.env);
  const demanded = bus.servers.some((server) => server.startsWith('tls://'));
  const settings = {
    servers: bus.servers,
    credentials,
    tls: tls ?? (demanded ? {} : null),
    replicas: bus.replicas,
    name: `facefleet ${name}`,
    ...(connectWithinMs === undefined ? {} : { connectWithinMs }),
  };
  return await openJetStreamBus(extraction, settings, log, signal);
}
