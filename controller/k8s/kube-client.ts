import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { KubeAccess } from './kube-access.ts';
import type { KubeCredential } from './kube-credential.ts';
import { KubeFailure } from './kube-failure.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface KubeRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as `/api/v1/nodes`. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; `application/json` without. */
  readonly contentType?: string;
  /** Without any byte for so long, the request is given up; null: never. */
  readonly idleMs?: number | null;
  readonly signal?: AbortSignal | undefined;
}

const IDLE_MS = 60_000;
const PAGE_ITEMS = 500;

/** Speaks with one cluster's API. Connections are kept; `close` ends them. */
export class KubeClient {
  readonly access: KubeAccess;
  #agent: { readonly agent: HttpAgent; readonly credential: KubeCredential } | null = null;

  constructor(access: KubeAccess) {
    this.access = access;
  }

  /** Ends idle connections. */
  close(): void {
    this.#agent?.agent.destroy();
    this.#agent = null;
  }

  /**
   * The JSON of the answer.
   * @throws FacefleetError FF7001 when nobody answers, FF7008; KubeFailure for an answer that is no success; the signal's reason
   */
  async json(request: KubeRequest): Promise<unknown> {
    const response = await this.#send(request);
    const body = await this.#read(response, request);
    try {
      return JSON.parse(body) as unknown;
    } catch (error) {
      throw new FacefleetError(
        'FF7001',
        `${this.access.server} answers, but not with JSON; is it a Kubernetes API?`,
        { cause: error },
      );
    }
  }

  /**
   * All objects of a list, read in pages, and the version that a watch goes on from.
   * @throws as `json`
   */
  async list(
    path: string,
    query: Query = {},
    signal?: AbortSignal,
  ): Promise<{ items: unknown[]; version: string }> {
    const items: unknown[] = [];
    let more: string | undefined;
    for (;;) {
      const page = (await this.json({
        path,
        query: { ...query, limit: PAGE_ITEMS, continue: more },
        signal,
      })) as { items?: unknown[] | null; metadata?: { continue?: string; resourceVersion?: string } };
      for (const item of page.items ?? []) items.push(item);
      more = page.metadata?.continue || undefined;
      if (more === undefined) return { items, version: page.metadata?.resourceVersion ?? '' };
    }
  }

  /**
   * The lines of an answer as they come: of a watch, or of a log.
   * @throws as `json`
   */
  async *lines(request: KubeRequest): AsyncGenerator<string> {
    const response = await this.#send(request);
    try {
      yield* createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
      if (response.errored) throw response.errored;
    } catch (error) {
      throw this.#lost(error, request);
    } finally {
      response.destroy();
    }
  }

  /** The answer's head; an answer that is no success is thrown. A refused credential is renewed once. */
  async #send(request: KubeRequest): Promise<IncomingMessage> {
    let response = await this.#sendWith(request, false);
    if (response.statusCode === 401) {
      response.resume();
      response = await this.#sendWith(request, true);
    }
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    const body = await this.#read(response, request);
    const { method = 'GET', path } = request;
    throw new KubeFailure({ method, path }, status, body, response.headers['retry-after']);
  }

  async #sendWith(request: KubeRequest, renew: boolean): Promise<IncomingMessage> {
    const { method = 'GET', path, query = {}, body, contentType, idleMs = IDLE_MS, signal } = request;
    const credential = await this.access.credential(renew);
    const url = new URL(this.access.server + path);
    for (const [key, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const content = body === undefined ? null : Buffer.from(JSON.stringify(body));
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise<IncomingMessage>((resolve, reject) => {
      signal?.throwIfAborted();
      const sent = send(
        url,
        {
          method,
          agent: this.#agentFor(url, credential),
          headers: {
            accept: 'application/json',
            'user-agent': 'facefleet',
            ...(content === null
              ? {}
              : { 'content-type': contentType ?? 'application/json', 'content-length': content.length }),
            ...credential.headers,
          },
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      if (idleMs !== null)
        sent.setTimeout(idleMs, () => sent.destroy(new Error(`no answer in ${Math.round(idleMs / 1000)} s`)));
      sent.on('error', (error) => reject(this.#lost(error, request)));
      sent.end(content);
    });
  }

  async #read(response: IncomingMessage, request: KubeRequest): Promise<string> {
    try {
      return await text(response);
    } catch (error) {
      throw this.#lost(error, request);
    }
  }

  #lost(error: unknown, { signal }: KubeRequest): unknown {
    if (signal?.aborted) return signal.reason;
    if (error instanceof FacefleetError) return error;
    return new FacefleetError('FF7001', `${this.access.server}: ${reasonOf(error)}`, { cause: error });
  }

  #agentFor(url: URL, credential: KubeCredential): HttpAgent {
    const held = this.#agent;
    if (held !== null && sameCertificate(held.credential, credential)) return held.agent;
    held?.agent.destroy();
    const { tls, proxyUrl } = this.access;
    const proxyEnv = proxyUrl === null ? process.env : { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl };
    const options = { keepAlive: true, proxyEnv };
    const { certificate } = credential;
    const agent =
      url.protocol === 'http:'
        ? new HttpAgent(options)
        : new HttpsAgent({
            ...options,
            ...(tls.ca === null ? {} : { ca: tls.ca }),
            ...(tls.serverName === null ? {} : { servername: tls.serverName }),
            ...(certificate === null ? {} : { cert: certificate.cert, key: certificate.key }),
            rejectUnauthorized: !tls.insecure,
          });
    this.#agent = { agent, credential };
    return agent;
  }
}

function sameCertificate({ certificate: a }: KubeCredential, { certificate: b }: KubeCredential): boolean {
  if (a === null || b === null) return a === b;
  return Buffer.from(a.cert).equals(Buffer.from(b.cert)) && Buffer.from(a.key).equals(Buffer.from(b.key));
}

/** Of several addresses tried, Node's error has only a code. */
function reasonOf(error: unknown): string {
  const message = errorText(error);
  return message === '' ? String((error as NodeJS.ErrnoException).code ?? error) : message;
}
