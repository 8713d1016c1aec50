import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to those who ask for any: nobody gets one of these while the process that is to listen there starts. */
const [FIRST, LAST] = [12_000, 30_000];

/** A port of 127.0.0.1 that nobody listens on, for a process that starts some time later. */
export async function listenPort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    const server = createServer();
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    return port;
  }
}
