import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { END, type SessionCall, type SessionReply, type ThreadData } from './host-messages.ts';
import { openRoleSessions } from './open-role-sessions.ts';
import type { Tensors } from './tensor.ts';
import { toThreadError } from './thread-error.ts';
import { warmUp } from './warm-up.ts';

/** Holds one GPU's sessions and runs them for the host threads, which send their ports. */
const parent = parentPort!;
try {
  const data = workerData as ThreadData;
  const { sessions, provider, skipped } = await openRoleSessions(data);
  await warmUp(data.roles, sessions);
  parent.on('message', (port: MessagePort | typeof END) => {
    if (port === END) process.exit();
    port.on('message', (call: SessionCall) => {
      void answer(port, call);
    });
  });
  const answer = async (port: MessagePort, { id, role, inputs }: SessionCall): Promise<void> => {
    let reply: SessionReply;
    try {
      const outputs = await sessions.get(role)!.run(inputs);
      reply = { id, outputs };
    } catch (error) {
      reply = { id, error: toThreadError(error) };
    }
    port.postMessage(reply, 'outputs' in reply ? buffers(reply.outputs) : []);
  };
  parent.postMessage({ type: 'ready', provider, skipped });
} catch (error) {
  parent.postMessage({ type: 'failed', error: toThreadError(error) });
}

/** Buffers that may be moved instead of copied: whole ones that belong to one tensor. */
function buffers(tensors: Tensors): ArrayBuffer[] {
  return Object.values(tensors)
    .filter(({ data }) => data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength)
    .map(({ data }) => data.buffer as ArrayBuffer);
}
