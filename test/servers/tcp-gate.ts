import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.ts';

/** A TCP proxy that can be shut, to cut a connection off without either side knowing beforehand. */
export class TcpGate {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #mode: 'open' | 'shut' | 'silent' = 'open';

  private constructor(port: number, server: Server) {
    this.port = port;
    this.#server = server;
  }

  /** A gate before a port of 127.0.0.1. */
  static async open(targetPort: number): Promise<TcpGate> {
    const server = createServer();
    const gate = new TcpGate(await freePort(), server);
    server.on('connection', (near) => gate.#join(near, targetPort));
    await new Promise<void>((resolve) => server.listen(gate.port, '127.0.0.1', resolve));
    return gate;
  }

  /** Breaks what is connected and refuses what comes. */
  shut(): void {
    this.#mode = 'shut';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Drops what is sent, in both directions, as a broken network does. */
  silence(): void {
    this.#mode = 'silent';
  }

  reopen(): void {
    this.#mode = 'open';
  }

  async close(): Promise<void> {
    this.shut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #join(near: Socket, targetPort: number): void {
    if (this.#mode === 'shut') {
      near.destroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (chunk) => {
        if (this.#mode === 'silent') return;
        if (!to.write(chunk)) from.pause();
      });
      from.on('drain', () => to.resume());
    }
  }
}
