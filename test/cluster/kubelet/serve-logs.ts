import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificates } from '../../servers/certificates.ts';
import type { PodRun } from './pod-run.ts';

const LOOK_AGAIN_MS = 100;

/** Where the API server finds the logs of pods. */
export interface LogServer {
  readonly port: number;
  close(): void;
}

/**
 * The part of a kubelet's own API that `kubectl logs` needs, `follow` and `tailLines` included.
 * @param folder for its certificate @param find the pod of a namespace and a name
 */
export async function serveLogs(
  folder: string,
  find: (namespace: string, name: string) => PodRun | undefined,
): Promise<LogServer> {
  const { serverCert, serverKey } = await makeCertificates(folder);
  const tls = { cert: await readFile(serverCert), key: await readFile(serverKey) };
  const server = createServer(tls, (asked, answer) => {
    const { pathname, searchParams } = new URL(asked.url ?? '/', 'https://kubelet');
    const [, namespace, name] = /^\/containerLogs\/([^/]+)\/([^/]+)\//.exec(pathname) ?? [];
    const run = namespace === undefined ? undefined : find(namespace, name!);
    if (run === undefined) {
      answer.writeHead(404).end('there is no such pod here');
      return;
    }
    send(
      run,
      answer,
      Number(searchParams.get('tailLines') ?? Infinity),
      searchParams.get('follow') === 'true',
    ).catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function send(run: PodRun, answer: ServerResponse, tailLines: number, follow: boolean): Promise<void> {
  const read = (): Promise<Buffer> => readFile(run.log).catch(() => Buffer.alloc(0));
  const before = await read();
  answer.writeHead(200, { 'content-type': 'text/plain' });
  const lines = before.toString().split(/(?<=\n)/);
  answer.write(Number.isFinite(tailLines) ? lines.slice(-tailLines || lines.length).join('') : before);
  for (let sent = before.length; follow && !answer.destroyed; await sleep(LOOK_AGAIN_MS)) {
    const over = !run.running;
    const all = await read();
    if (all.length > sent) answer.write(all.subarray(sent));
    sent = all.length;
    if (over) break;
  }
  answer.end();
}
