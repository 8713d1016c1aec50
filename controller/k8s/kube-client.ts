import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { backoffMs } from './backoff.ts';
import { callText, type KubeCall, methodOf, pathOf } from './kube-call.ts';
import { hasCode, kubeFailure, parseStatusText } from './kube-failure.ts';
import { apiVersion, type KubeObject, type KubeResource } from './kube-resource.ts';
import { KubeTransport } from './kube-transport.ts';
import type { KubeAccess } from './load-kube-config.ts';

/** One request as it ended, for metrics. */
export interface CallRecord {
  readonly call: KubeCall;
  /** Of HTTP; 0 when there was no answer. */
  readonly code: number;
  readonly seconds: number;
}

export interface KubeClientOptions {
  readonly onCall?: (record: CallRecord) => void;
  /** Shown in the server's audit log. */
  readonly userAgent?: string;
  /** For the head of an answer, and for the whole of one that is no stream. Default 30 s. */
  readonly answerWithinMs?: number;
}

/** Objects of a list, and what a watch goes on from. */
export interface KubePage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/** Which objects of a resource. */
export interface KubeSelection {
  /** Null: of all namespaces. */
  readonly namespace: string | null;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface DeleteOptions {
  /** Only the object of this uid. */
  readonly uid?: string;
  /** Default: as the object says. */
  readonly graceSeconds?: number;
  readonly signal?: AbortSignal;
}

/** How a change is written: `merge` is a JSON merge patch (RFC 7386), `json` a JSON patch (RFC 6902), `apply` a server-side apply. */
export type PatchKind = 'merge' | 'json' | 'apply';

const ANSWER_WITHIN_MS = 30_000;
const PAGE_ITEMS = 500;
/** How often a request that is too much is sent again. */
const MOST_TRIES = 6;
const BUSY = { firstMs: 500, longestMs: 10_000 };
const LONGEST_WAIT_MS = 60_000;
const CONTENT_TYPE: Record<PatchKind, string> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

/**
 * Talks to the API server. Every failure is a FacefleetError: FF7001 unreachable, FF7002 unauthorised, FF7003 forbidden (it names the verb that is
 * missing), FF7004 conflict, FF7005 there is no such object, FF7006 too busy for long, FF7007 refused, FF7008 the resource is not installed, FF7009 the
 * server failed, FF7011 exists already, FF7012 the history is gone. What the server is too busy for (429) is sent again when it says so. Objects are
 * what the server sent: times are strings.
 */
export class KubeClient {
  /** Of the context. */
  readonly namespace: string;
  readonly server: string;
  readonly #transport: KubeTransport;
  readonly #options: KubeClientOptions;
  /** No request before this moment: the server asked for it. */
  #notBeforeMs = 0;

  constructor(access: KubeAccess, options: KubeClientOptions = {}) {
    this.namespace = access.namespace;
    this.server = access.server;
    this.#transport = new KubeTransport(access);
    this.#options = options;
  }

  /** @returns null when there is none */
  async get<T extends KubeObject>(
    resource: KubeResource<T>,
    namespace: string | null,
    name: string,
    signal?: AbortSignal,
  ): Promise<T | null> {
    try {
      return (await this.ask({ verb: 'get', resource, namespace, name }, signal)) as T;
    } catch (error) {
      if (hasCode(error, 'FF7005')) return null;
      throw error;
    }
  }

  /** Page by page, all of one moment. @throws FacefleetError FF7012 when it took too long: begin again */
  async *pages<T extends KubeObject>(
    resource: KubeResource<T>,
    { namespace, labelSelector, fieldSelector }: KubeSelection,
    signal?: AbortSignal,
  ): AsyncGenerator<KubePage<T>> {
    let next: string | undefined;
    do {
      const query = { limit: PAGE_ITEMS, continue: next, labelSelector, fieldSelector };
      const list = (await this.ask({ verb: 'list', resource, namespace, query }, signal)) as {
        readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
        readonly items?: readonly T[] | null;
      };
      yield { items: list.items ?? [], resourceVersion: list.metadata?.resourceVersion ?? '' };
      next = list.metadata?.continue || undefined;
    } while (next !== undefined);
  }

  async list<T extends KubeObject>(
    resource: KubeResource<T>,
    selection: KubeSelection,
    signal?: AbortSignal,
  ): Promise<T[]> {
    const items: T[] = [];
    for await (const page of this.pages(resource, selection, signal)) items.push(...page.items);
    return items;
  }

  /** @throws FacefleetError FF7011 when there is one of that name */
  async create<T extends KubeObject>(
    resource: KubeResource<T>,
    namespace: string | null,
    object: T,
    signal?: AbortSignal,
  ): Promise<T> {
    const body = { apiVersion: apiVersion(resource), kind: resource.kind, ...object };
    return (await this.ask({ verb: 'create', resource, namespace, body }, signal)) as T;
  }

  /** Replaces an object, or a subresource of it. @throws FacefleetError FF7004 when it is not of the resourceVersion any more */
  async update<T extends KubeObject>(
    resource: KubeResource<T>,
    object: T,
    { subresource, signal }: { readonly subresource?: string; readonly signal?: AbortSignal } = {},
  ): Promise<T> {
    const { name = '', namespace = null } = object.metadata ?? {};
    const body = { apiVersion: apiVersion(resource), kind: resource.kind, ...object };
    const call = {
      verb: 'update',
      resource,
      namespace,
      name,
      body,
      ...(subresource && { subresource }),
    } as const;
    return (await this.ask(call, signal)) as T;
  }

  async patch<T extends KubeObject>(
    resource: KubeResource<T>,
    { namespace, name }: { readonly namespace: string | null; readonly name: string },
    body: object,
    {
      kind = 'merge',
      fieldManager,
      force,
      dryRun = false,
      signal,
    }: {
      readonly kind?: PatchKind;
      readonly fieldManager?: string;
      readonly force?: boolean;
      readonly dryRun?: boolean;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<T> {
    const query = { fieldManager, force, ...(dryRun && { dryRun: 'All' }) };
    const contentType = CONTENT_TYPE[kind];
    return (await this.ask(
      { verb: 'patch', resource, namespace, name, query, body, contentType },
      signal,
    )) as T;
  }

  /**
   * @returns what is left of it while it ends; null when it is gone, was never there, or is another one of that name
   */
  async delete<T extends KubeObject>(
    resource: KubeResource<T>,
    { namespace, name }: { readonly namespace: string | null; readonly name: string },
    { uid, graceSeconds, signal }: DeleteOptions = {},
  ): Promise<T | null> {
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      ...(uid !== undefined && { preconditions: { uid } }),
      ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
    };
    try {
      const left = (await this.ask({ verb: 'delete', resource, namespace, name, body }, signal)) as T & {
        readonly kind?: string;
      };
      return left.kind === 'Status' ? null : left;
    } catch (error) {
      if (hasCode(error, 'FF7005')) return null;
      if (hasCode(error, 'FF7004') && uid !== undefined && /UID/.test(errorText(error))) return null;
      throw error;
    }
  }

  /** Any request that has one answer: the JSON in it. */
  async ask(call: KubeCall, signal?: AbortSignal): Promise<unknown> {
    const withinMs = this.#options.answerWithinMs ?? ANSWER_WITHIN_MS;
    const response = await this.stream(call, signal);
    const late = setTimeout(() => response.destroy(new Error('the answer does not end')), withinMs);
    try {
      const text = await textOf(response);
      return text === '' ? {} : JSON.parse(text);
    } catch (error) {
      signal?.throwIfAborted();
      throw new FacefleetError('FF7001', `${callText(call)}: ${errorText(error)}`, { cause: error });
    } finally {
      clearTimeout(late);
    }
  }

  /** A request whose answer is read as it comes: a watch, the log of a pod. The caller ends it (`destroy`). */
  async stream(call: KubeCall, signal?: AbortSignal): Promise<IncomingMessage> {
    for (let tries = 1; ; tries += 1) {
      await this.#turn(signal);
      const response = await this.#send(call, signal);
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) return response;
      const text = await textOf(response).catch(errorText);
      const status = parseStatusText(text);
      if (statusCode === 401) this.#transport.renewCredentials();
      const asked = retryAfterMs(response.headers['retry-after'], status?.details.retryAfterSeconds);
      if (statusCode !== 429 || tries === MOST_TRIES) throw kubeFailure(call, statusCode, status, text);
      const pauseMs = Math.max(asked ?? 0, backoffMs(BUSY, tries, Math.random()));
      this.#notBeforeMs = Math.max(this.#notBeforeMs, performance.now() + pauseMs);
    }
  }

  close(): void {
    this.#transport.close();
  }

  async #send(call: KubeCall, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    const startMs = performance.now();
    const told = (code: number): void =>
      this.#options.onCall?.({ call, code, seconds: (performance.now() - startMs) / 1000 });
    try {
      const response = await this.#transport.send({
        method: methodOf(call),
        path: pathOf(call),
        headers: {
          accept: 'application/json',
          'user-agent': this.#options.userAgent ?? 'facefleet',
          ...(call.body && { 'content-type': call.contentType ?? 'application/json' }),
        },
        ...(call.body && { body: JSON.stringify(call.body) }),
        headWithinMs: this.#options.answerWithinMs ?? ANSWER_WITHIN_MS,
        ...(signal && { signal }),
      });
      told(response.statusCode ?? 0);
      return response;
    } catch (error) {
      if (!signal?.aborted) told(0);
      throw error;
    }
  }

  /** Waits for as long as the server wants to be left alone. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const ms = this.#notBeforeMs - performance.now();
      if (ms <= 0) return;
      await sleep(ms, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
}

/** @param header seconds; dates are not used by API servers */
function retryAfterMs(header: string | undefined, seconds: number | undefined): number | null {
  const asked = Number(header ?? seconds ?? Number.NaN);
  return Number.isFinite(asked) && asked >= 0 ? Math.min(asked * 1000, LONGEST_WAIT_MS) : null;
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}
