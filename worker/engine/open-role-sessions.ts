import type { ThreadData } from './host-messages.ts';
import { openOnnxSession } from './onnx-session.ts';
import type { Provider, Session, SkippedProvider } from './session.ts';

/** The sessions of a stage by role; all run on one provider. */
export interface RoleSessions {
  readonly sessions: ReadonlyMap<string, Session>;
  readonly provider: Provider;
  readonly skipped: readonly SkippedProvider[];
}

/**
 * Opens every role's model on the first provider that loads them all.
 * @throws FacefleetError FF3001, FF3002, FF3004
 */
export async function openRoleSessions({ roles, engine }: ThreadData): Promise<RoleSessions> {
  const sessions = new Map<string, Session>();
  let { providers } = engine;
  const skipped: SkippedProvider[] = [];
  for (const role of roles) {
    if (role.modelPath === null) continue;
    const opened = await openOnnxSession({
      modelPath: role.modelPath,
      providers,
      threads: 1,
      ...(engine.deviceId === undefined ? {} : { deviceId: engine.deviceId }),
    });
    skipped.push(...opened.skipped);
    if (sessions.size > 0 && opened.provider !== providers[0]) {
      await Promise.all([opened.session, ...sessions.values()].map((session) => session.release()));
      const rest = await openRoleSessions({ roles, engine: { ...engine, providers: [opened.provider] } });
      return { ...rest, skipped };
    }
    providers = providers.slice(providers.indexOf(opened.provider));
    sessions.set(role.role, opened.session);
  }
  return { sessions, provider: providers[0] ?? 'cpu', skipped };
}
