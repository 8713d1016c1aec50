import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { runOperation, type StageContext, stageContext } from '../stage/operations.ts';
import { END, type HostCall, type HostReply, type ThreadData } from './host-messages.ts';
import { openRoleSessions } from './open-role-sessions.ts';
import { remoteSessions } from './remote-session.ts';
import { toThreadError } from './thread-error.ts';

/** Started with a port: sessions live in a GPU's thread. Without: this thread has its own. */
interface HostData extends ThreadData {
  readonly sessionPort?: MessagePort;
}

const parent = parentPort!;
try {
  const data = workerData as HostData;
  const opened = data.sessionPort
    ? {
        sessions: remoteSessions(
          data.sessionPort,
          data.roles.map(({ role }) => role),
        ),
        provider: data.engine.providers[0],
        skipped: [],
      }
    : await openRoleSessions(data);
  const context = await stageContext(data.roles, opened.sessions, data.output ?? null);
  parent.on('message', (call: HostCall | typeof END) => {
    if (call === END) process.exit();
    void answer(context, call);
  });
  parent.postMessage({ type: 'ready', provider: opened.provider, skipped: opened.skipped });
} catch (error) {
  parent.postMessage({ type: 'failed', error: toThreadError(error) });
}

async function answer(context: StageContext, { id, operation, args }: HostCall): Promise<void> {
  let reply: HostReply;
  try {
    reply = { type: 'result', id, result: await runOperation(context, operation, args) };
  } catch (error) {
    reply = { type: 'error', id, error: toThreadError(error) };
  }
  parent.postMessage(reply);
}
