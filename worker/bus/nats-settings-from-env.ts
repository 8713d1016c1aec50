import { existsSync } from 'node:fs';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { NatsCredentials, NatsSettings, NatsTls } from './nats-settings.ts';
import { Secret } from './secret.ts';

const FILES = [
  'NATS_PASSWORD_FILE',
  'NATS_TOKEN_FILE',
  'NATS_NKEY',
  'NATS_CREDS',
  'NATS_CA',
  'NATS_CERT',
  'NATS_KEY',
];
const DEFAULT_URL = 'nats://127.0.0.1:4222';

/**
 * The settings of the bus from the variables that NATS's own tools use: `NATS_URL` (several with commas), `NATS_USER` with
 * `NATS_PASSWORD` or `NATS_PASSWORD_FILE`, `NATS_TOKEN` or `NATS_TOKEN_FILE`, `NATS_NKEY` and `NATS_CREDS` (files), `NATS_CA`,
 * `NATS_CERT` and `NATS_KEY` (files). Credentials in `NATS_URL` are taken out of it. Also `FACEFLEET_NATS_REPLICAS` (1, 3, 5).
 * @throws FacefleetError FF6009 that names the variable, never its value where it may be secret
 */
export function natsSettingsFromEnv(env: NodeJS.ProcessEnv): NatsSettings {
  for (const name of FILES) {
    const path = env[name];
    if (path && !existsSync(path)) throw new FacefleetError('FF6009', `${name}: ${path} does not exist`);
  }
  const urls = (env.NATS_URL || DEFAULT_URL).split(',').map(parseServer);
  const replicas = parseReplicas(env.FACEFLEET_NATS_REPLICAS);
  return {
    servers: urls.map(({ server }) => server),
    credentials: parseCredentials(env, urls.find(({ inUrl }) => inUrl !== null)?.inUrl ?? null),
    tls: parseTls(
      env,
      urls.some(({ server }) => server.startsWith('tls://')),
    ),
    ...(replicas === undefined ? {} : { replicas }),
  };
}

/** `host`, `host:port` or either with `nats://` or `tls://`. */
function parseServer(text: string): { server: string; inUrl: NatsCredentials | null } {
  const { url, user, password } = parseUrl(text.trim());
  if ((url.protocol !== 'nats:' && url.protocol !== 'tls:') || url.hostname === '') {
    throw new FacefleetError(
      'FF6009',
      `${url.protocol}//${url.host} is not nats://host:port or tls://host:port`,
    );
  }
  const server = `${url.protocol}//${url.hostname}:${url.port || '4222'}`;
  if (user === '') return { server, inUrl: null };
  if (url.password === '') return { server, inUrl: { kind: 'token', token: new Secret(user) } };
  return { server, inUrl: { kind: 'user', user, password: new Secret(password) } };
}

function parseUrl(text: string): { url: URL; user: string; password: string } {
  try {
    const url = new URL(text.includes('://') ? text : `nats://${text}`);
    return { url, user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    // neither the text nor the failure is shown: they may hold a password
    throw new FacefleetError('FF6009', 'the address of the NATS server is no URL');
  }
}

function parseCredentials(env: NodeJS.ProcessEnv, inUrl: NatsCredentials | null): NatsCredentials {
  const found: NatsCredentials[] = inUrl ? [inUrl] : [];
  const { NATS_USER, NATS_PASSWORD, NATS_PASSWORD_FILE, NATS_TOKEN, NATS_TOKEN_FILE, NATS_NKEY, NATS_CREDS } =
    env;
  if (NATS_USER) {
    if (!NATS_PASSWORD === !NATS_PASSWORD_FILE) {
      throw new FacefleetError('FF6009', 'NATS_USER needs NATS_PASSWORD or NATS_PASSWORD_FILE');
    }
    const password = NATS_PASSWORD ? new Secret(NATS_PASSWORD) : { file: NATS_PASSWORD_FILE! };
    found.push({ kind: 'user', user: NATS_USER, password });
  } else if (NATS_PASSWORD || NATS_PASSWORD_FILE) {
    throw new FacefleetError('FF6009', 'NATS_PASSWORD needs NATS_USER');
  }
  if (NATS_TOKEN) found.push({ kind: 'token', token: new Secret(NATS_TOKEN) });
  if (NATS_TOKEN_FILE) found.push({ kind: 'token', token: { file: NATS_TOKEN_FILE } });
  if (NATS_NKEY) found.push({ kind: 'nkey', file: NATS_NKEY });
  if (NATS_CREDS) found.push({ kind: 'creds', file: NATS_CREDS });
  if (found.length > 1) {
    throw new FacefleetError('FF6009', `choose one of ${found.map(({ kind }) => kind).join(' and ')}`);
  }
  return found[0] ?? { kind: 'none' };
}

function parseTls(env: NodeJS.ProcessEnv, demanded: boolean): NatsTls | null {
  const { NATS_CA, NATS_CERT, NATS_KEY } = env;
  if (!NATS_CERT !== !NATS_KEY) throw new FacefleetError('FF6009', 'NATS_CERT and NATS_KEY go together');
  if (!NATS_CA && !NATS_CERT && !demanded) return null;
  return {
    ...(NATS_CA ? { caFile: NATS_CA } : {}),
    ...(NATS_CERT && NATS_KEY ? { certFile: NATS_CERT, keyFile: NATS_KEY } : {}),
  };
}

function parseReplicas(text: string | undefined): number | undefined {
  if (!text) return undefined;
  if (!['1', '3', '5'].includes(text)) {
    throw new FacefleetError('FF6009', `FACEFLEET_NATS_REPLICAS is ${text}, not 1, 3 or 5`);
  }
  return Number(text);
}
