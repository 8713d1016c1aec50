import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one request. */
export type Fault =
  /** The connection is reset before the server sees anything. */
  | { readonly kind: 'reset' }
  /** The request is taken and never answered; the server sees nothing. */
  | { readonly kind: 'silence' }
  /** This answer is given in place of the server. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connections on both sides break when so many bytes of the request's body have passed. */
  | { readonly kind: 'cutRequest'; readonly afterBytes: number }
  /** The server does what was asked, and the connection breaks in place of its answer. */
  | { readonly kind: 'loseAnswer' }
  /** The connection breaks, or goes silent, when so many bytes of the answer's body have passed. */
  | { readonly kind: 'cutAnswer' | 'stallAnswer'; readonly afterBytes: number }
  /** The request waits before it goes on. */
  | { readonly kind: 'delay'; readonly delayMs: number };

/** A request as the proxy sees it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query as they are sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** 0 for the first one that the proxy has seen. */
  readonly number: number;
  /** What has been passed on of the server's answer. */
  readonly answer: { bytes: number };
}

/** Says what goes wrong with a request, if anything. */
export type Decide = (seen: SeenRequest) => Fault | undefined;

/** A proxy in front of a real HTTP server that makes the way to it fail. */
export class FaultProxy {
  /** All requests so far. */
  readonly seen: SeenRequest[] = [];
  decide: Decide = () => undefined;
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  #port = 0;

  constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((asked, answer) => this.#serve(asked, answer));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Takes connections, at the same port as before. */
  async open(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Breaks all connections and refuses new ones. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  /** Lets the requests that match fail in turn, one after the other with one fault each, then none. */
  failInTurn(faults: readonly Fault[], matches: (seen: SeenRequest) => boolean = () => true): void {
    const left = [...faults];
    this.decide = (seen) => (matches(seen) ? left.shift() : undefined);
  }

  #serve(asked: IncomingMessage, answer: ServerResponse): void {
    const { method = '', url: path = '', headers } = asked;
    const seen: SeenRequest = { method, path, headers, number: this.seen.length, answer: { bytes: 0 } };
    this.seen.push(seen);
    asked.on('error', () => {});
    answer.on('error', () => {});
    const fault = this.decide(seen);
    switch (fault?.kind) {
      case 'reset':
        asked.socket.resetAndDestroy();
        return;
      case 'silence':
        asked.resume();
        return;
      case 'answer':
        asked.resume();
        asked.on('end', () => {
          const headers = { 'content-type': 'application/xml', ...fault.headers };
          answer.writeHead(fault.status, headers).end(fault.body ?? '');
        });
        return;
      case 'delay':
        setTimeout(() => this.#forward(seen, asked, answer, undefined), fault.delayMs);
        return;
      default:
        this.#forward(seen, asked, answer, fault);
    }
  }

  #forward(
    seen: SeenRequest,
    asked: IncomingMessage,
    answer: ServerResponse,
    fault: Fault | undefined,
  ): void {
    const { method = '', url: path = '', rawHeaders } = asked;
    const { hostname, port } = this.#target;
    const toServer = request({ hostname, port, method, path, headers: rawHeaders, agent: this.#agent });
    const cut = (): void => {
      toServer.destroy();
      asked.socket.resetAndDestroy();
    };
    toServer.on('error', cut);
    answer.on('close', () => {
      if (!answer.writableFinished) toServer.destroy();
    });
    toServer.on('response', (fromServer) => {
      fromServer.on('error', cut);
      if (fault?.kind === 'loseAnswer') {
        fromServer.resume();
        fromServer.on('end', cut);
        return;
      }
      answer.writeHead(fromServer.statusCode ?? 0, fromServer.statusMessage, fromServer.rawHeaders);
      if (fault?.kind === 'cutAnswer') {
        // Not a reset, which would overtake what was passed.
        passThen(fromServer, answer, fault.afterBytes, () => asked.socket.destroy());
      } else if (fault?.kind === 'stallAnswer')
        passThen(fromServer, answer, fault.afterBytes, () => fromServer.pause());
      else fromServer.on('data', (chunk: Buffer) => (seen.answer.bytes += chunk.length)).pipe(answer);
    });
    if (fault?.kind === 'cutRequest') passThen(asked, toServer, fault.afterBytes, cut);
    else asked.pipe(toServer);
  }
}

/** Passes so many bytes on, then acts; when there are fewer, it acts at the end. */
function passThen(
  from: IncomingMessage,
  to: { write(bytes: Uint8Array, done: () => void): unknown },
  bytes: number,
  act: () => void,
): void {
  let left = bytes;
  from.on('data', (chunk: Buffer) => {
    if (left < 0) return;
    const piece = chunk.subarray(0, left);
    left -= piece.length;
    if (left > 0) {
      to.write(piece, () => {});
      return;
    }
    left = -1;
    to.write(piece, act);
  });
  from.on('end', () => {
    if (left >= 0) act();
  });
}
