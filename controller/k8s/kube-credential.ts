import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { ClusterEntry, ExecEntry, UserEntry } from './kube-config-file.ts';

/** What a request proves its sender by. */
export interface KubeCredential {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** PEM; null: no client certificate. */
  readonly certificate: { readonly cert: string | Buffer; readonly key: string | Buffer } | null;
}

/** The credential of now. @param renew the server has refused the one given last */
export type CredentialSource = (renew: boolean) => Promise<KubeCredential>;

/**
 * The credentials of a kubeconfig's user: certificate, token, token file, name and password, or a command.
 * @throws (when asked) FacefleetError FF7010
 */
export function credentialSource(name: string, user: UserEntry, cluster: ClusterEntry): CredentialSource {
  const provider = user['auth-provider'];
  const { exec } = user;
  const command = exec ? execSource(name, exec, cluster) : null;
  return async (renew) => {
    if (provider)
      throw new FacefleetError(
        'FF7010',
        `user ${name}: auth-provider ${provider.name} is no longer in use; take an exec plugin`,
      );
    const own = await ownCredential(name, user);
    if (command === null || own.certificate !== null || 'authorization' in own.headers) return own;
    const given = await command(renew);
    return { headers: { ...own.headers, ...given.headers }, certificate: given.certificate };
  };
}

async function ownCredential(name: string, user: UserEntry): Promise<KubeCredential> {
  const { tokenFile, token, username, password, as, 'as-uid': uid, 'as-groups': groups } = user;
  const cert = await pem(name, user['client-certificate'], user['client-certificate-data']);
  const key = await pem(name, user['client-key'], user['client-key-data']);
  const bearer = tokenFile ? (await content(name, tokenFile)).toString().trim() : token;
  const headers: Record<string, string | readonly string[]> = {};
  if (bearer) headers.authorization = `Bearer ${bearer}`;
  else if (username)
    headers.authorization = `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
  if (as) headers['impersonate-user'] = as;
  if (uid) headers['impersonate-uid'] = uid;
  if (groups?.length) headers['impersonate-group'] = groups;
  return { headers, certificate: cert && key ? { cert, key } : null };
}

async function pem(
  name: string,
  path: string | null | undefined,
  data: string | null | undefined,
): Promise<Buffer | null> {
  if (data) return Buffer.from(data, 'base64');
  return path ? content(name, path) : null;
}

async function content(name: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new FacefleetError('FF7010', `user ${name}: ${errorText(error)}`, { cause: error });
  }
}

const execCredential = z.object({
  kind: z.literal('ExecCredential'),
  status: z.object({
    expirationTimestamp: z.string().nullish(),
    token: z.string().nullish(),
    clientCertificateData: z.string().nullish(),
    clientKeyData: z.string().nullish(),
  }),
});

/** What a command printed holds this much shorter than it says, so that it does not end on the way. */
const EARLY_MS = 10_000;

function execSource(name: string, exec: ExecEntry, cluster: ClusterEntry): CredentialSource {
  let held: { readonly credential: KubeCredential; readonly untilMs: number } | null = null;
  /** What is asked for at one time is asked once: the command may want an answer of somebody. */
  let asking: Promise<KubeCredential> | null = null;
  const ask = async (): Promise<KubeCredential> => {
    const parsed = execCredential.safeParse(json(await printed(name, exec, cluster)));
    if (!parsed.success)
      throw new FacefleetError('FF7010', `user ${name}: ${exec.command} printed no ExecCredential`);
    const {
      expirationTimestamp,
      token,
      clientCertificateData: cert,
      clientKeyData: key,
    } = parsed.data.status;
    const credential = {
      headers: token ? { authorization: `Bearer ${token}` } : {},
      certificate: cert && key ? { cert, key } : null,
    };
    const endMs = expirationTimestamp ? Date.parse(expirationTimestamp) : Number.NaN;
    held = { credential, untilMs: Number.isNaN(endMs) ? Number.POSITIVE_INFINITY : endMs - EARLY_MS };
    return credential;
  };
  return async (renew) => {
    if (held !== null && !renew && Date.now() < held.untilMs) return held.credential;
    asking ??= ask().finally(() => {
      asking = null;
    });
    return await asking;
  };
}

/** Null when it is none. The failure is not shown: it tells what was printed, which may be a token. */
function json(printedText: string): unknown {
  try {
    return JSON.parse(printedText);
  } catch {
    return null;
  }
}

async function printed(name: string, exec: ExecEntry, cluster: ClusterEntry): Promise<string> {
  const interactive = exec.interactiveMode !== 'Never' && process.stdin.isTTY === true;
  const about = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive,
      ...(exec.provideClusterInfo
        ? {
            cluster: {
              server: cluster.server,
              'certificate-authority-data': cluster['certificate-authority-data'] ?? undefined,
              'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] ?? undefined,
              'tls-server-name': cluster['tls-server-name'] ?? undefined,
            },
          }
        : {}),
    },
  };
  const own = Object.fromEntries((exec.env ?? []).map((entry) => [entry.name, entry.value]));
  const child = spawn(exec.command, exec.args ?? [], {
    env: { ...process.env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(about) },
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    const [code, output] = await Promise.all([ended, text(child.stdout)]);
    if (code !== 0) throw new Error(`${exec.command} ended with exit code ${code}`);
    return output;
  } catch (error) {
    const hint = exec.installHint ? `; ${exec.installHint.trim()}` : '';
    throw new FacefleetError('FF7010', `user ${name}: ${errorText(error)}${hint}`, { cause: error });
  }
}
