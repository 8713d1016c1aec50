import type { MessagePort } from 'node:worker_threads';
import type { SessionReply } from './host-messages.ts';
import type { Session } from './session.ts';
import type { Tensors } from './tensor.ts';
import { fromThreadError } from './thread-error.ts';

interface Pending {
  resolve(outputs: Tensors): void;
  reject(error: Error): void;
}

/** Sessions that live in the thread at the other end of a port, by role. */
export function remoteSessions(port: MessagePort, roles: readonly string[]): ReadonlyMap<string, Session> {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  port.on('message', (reply: SessionReply) => {
    const call = pending.get(reply.id);
    pending.delete(reply.id);
    if ('error' in reply) call?.reject(fromThreadError(reply.error));
    else call?.resolve(reply.outputs);
  });
  const session = (role: string): Session => ({
    run(inputs) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        port.postMessage(
          { id, role, inputs },
          Object.values(inputs).map(({ data }) => data.buffer as ArrayBuffer),
        );
      });
    },
    release: () => Promise.resolve(),
  });
  return new Map(roles.map((role) => [role, session(role)]));
}
