import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { FacefleetError } from '../errors/facefleet-error.ts';

/** What probes ask. */
export interface Health {
  /** Why the process should be started again, or '' when it is well. */
  unwell(): string;
  /** Why the process does no work now, or '' when it does. */
  unready(): string;
}

/** A running server of probes and metrics. */
export interface Telemetry {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `GET /healthz` and `GET /readyz` (200, or 503 with the reason) and `GET /metrics`.
 * @param listen `port` or `host:port`; a port alone means all addresses, port 0 a free one
 * @throws FacefleetError FF5001 when it is no address, or cannot be listened on
 */
export async function serveTelemetry(listen: string, registry: Registry, health: Health): Promise<Telemetry> {
  const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(listen) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new FacefleetError('FF5001', `--listen ${listen}: it is a port, or host:port`);
  const server = createServer((request, response) => {
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type }).end(request.method === 'HEAD' ? '' : text);
    };
    const probe = (reason: string): void => answer(reason === '' ? 200 : 503, `${reason || 'ok'}\n`);
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'GET only\n');
    else if (path === '/healthz') probe(health.unwell());
    else if (path === '/readyz') probe(health.unready());
    else if (path === '/metrics') {
      registry.metrics().then(
        (text) => answer(200, text, registry.contentType),
        (error: unknown) => answer(500, `${String(error)}\n`),
      );
    } else answer(404, 'there are /healthz, /readyz and /metrics\n');
  });
  server.unref();
  try {
    const listening = once(server, 'listening');
    server.listen({
      port: Number(port),
      ...(host !== undefined && { host: host.replace(/^\[(.*)\]$/, '$1') }),
    });
    await listening;
  } catch (error) {
    throw new FacefleetError('FF5001', `--listen ${listen}: ${String(error)}`, { cause: error });
  }
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  const end = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await end;
}
