import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { asFacefleetError, errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { KubeAccess } from './load-kube-config.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the head of the answer to come. */
  readonly headWithinMs: number;
  readonly signal?: AbortSignal;
}

/** Credentials are looked at anew after so long, or when the server does not accept them. */
const CREDENTIALS_HOLD_MS = 10_000;
const MOST_SOCKETS = 64;

/**
 * Sends requests with the credentials of a kubeconfig over connections that are kept. Credentials that change (files, exec plugins) are taken up
 * without a restart.
 */
export class KubeTransport {
  readonly #access: KubeAccess;
  readonly #server: URL;
  #prepared: { readonly options: RequestOptions; readonly atMs: number } | null = null;
  #agent: { readonly agent: Agent; readonly identity: string } | null = null;

  constructor(access: KubeAccess) {
    this.#access = access;
    this.#server = new URL(access.server);
  }

  /** @throws FacefleetError FF7001 when there is no answer, FF7010 when the credentials cannot be had; the signal's reason */
  async send(request: WireRequest): Promise<IncomingMessage> {
    request.signal?.throwIfAborted();
    const options = await this.#options();
    try {
      return await this.#sendOnce(request, options);
    } catch (error) {
      // the server closed a kept connection at the moment it was used again
      if (error instanceof StaleConnection) return await this.#sendOnce(request, options);
      throw error;
    }
  }

  /** The server did not accept the credentials: they are read anew for the next request. */
  renewCredentials(): void {
    this.#prepared = null;
    this.#access.config.renew?.();
  }

  close(): void {
    this.#agent?.agent.destroy();
  }

  #sendOnce(request: WireRequest, options: RequestOptions): Promise<IncomingMessage> {
    const { method, path, headers, body, headWithinMs, signal } = request;
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const send = server.protocol === 'http:' ? httpRequest : httpsRequest;
      const sent = send({
        ...options,
        protocol: server.protocol,
        hostname: server.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: server.port || (server.protocol === 'http:' ? 80 : 443),
        path: `${server.pathname.replace(/\/$/, '')}${path}`,
        method,
        headers: {
          ...options.headers,
          ...headers,
          ...(body && { 'content-length': Buffer.byteLength(body) }),
        },
        ...(signal && { signal }),
      });
      const late = setTimeout(
        () => sent.destroy(new Error(`no answer within ${headWithinMs / 1000} s`)),
        headWithinMs,
      );
      sent.on('response', (response) => {
        clearTimeout(late);
        resolve(response);
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(late);
        if (signal?.aborted) reject(signal.reason);
        else if (sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE'))
          reject(new StaleConnection(error.message, { cause: error }));
        else reject(unreachable(server, error));
      });
      sent.end(body);
    });
  }

  async #options(): Promise<RequestOptions> {
    const nowMs = performance.now();
    if (this.#prepared !== null && nowMs - this.#prepared.atMs < CREDENTIALS_HOLD_MS)
      return this.#prepared.options;
    const options: RequestOptions = {};
    try {
      await this.#access.config.applyToHTTPSOptions(options);
    } catch (error) {
      throw asFacefleetError(error, 'FF7010', '');
    }
    // the agent of the client keeps no connections; one that goes through a proxy is needed all the same
    if (!this.#access.config.getCurrentCluster()?.proxyUrl) options.agent = this.#keepingAgent(options);
    this.#prepared = { options, atMs: nowMs };
    return options;
  }

  /** The same agent for as long as the certificates are the same. */
  #keepingAgent({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }: RequestOptions): Agent {
    const identity = JSON.stringify(
      [ca, cert, key, pfx, passphrase, servername, rejectUnauthorized].map(String),
    );
    if (this.#agent?.identity === identity) return this.#agent.agent;
    const settings = { keepAlive: true, keepAliveMsecs: 30_000, maxSockets: MOST_SOCKETS };
    const agent =
      this.#server.protocol === 'http:'
        ? (new HttpAgent(settings) as Agent)
        : new Agent({ ...settings, scheduling: 'lifo' });
    this.#agent = { agent, identity };
    return agent;
  }
}

/** A kept connection was closed before anything was answered. */
class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

function unreachable(server: URL, error: Error): FacefleetError {
  // several addresses of one name failed: each has its own cause
  const causes = error instanceof AggregateError ? error.errors.map(errorText).join('; ') : error.message;
  return new FacefleetError('FF7001', `${server.origin}: ${causes}`, { cause: error });
}
