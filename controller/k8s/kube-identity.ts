import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent, type RequestOptions } from 'node:https';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { ClusterEntry, UserEntry } from './kube-config-file.ts';
import { type CredentialSource, credentialSource } from './kube-credential.ts';
import type { KubeSecurity } from './load-kube-config.ts';

export interface KubeIdentitySettings {
  readonly server: string;
  readonly cluster: ClusterEntry;
  readonly userName: string;
  readonly user: UserEntry;
  /** For proxies. */
  readonly env: NodeJS.ProcessEnv;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** A cluster and a user of a kubeconfig. Files are read, and commands asked, whenever a request needs them. */
export class KubeIdentity implements KubeSecurity {
  readonly #cluster: ClusterEntry;
  readonly #server: URL;
  readonly #credential: CredentialSource;
  readonly #proxyUrl: string | undefined;
  #isRefused = false;
  #proxied: { readonly agent: Agent; readonly identity: string } | null = null;

  constructor({ server, cluster, userName, user, env }: KubeIdentitySettings) {
    this.#cluster = cluster;
    this.#server = new URL(server);
    this.#credential = credentialSource(userName, user, cluster);
    this.#proxyUrl = cluster['proxy-url'] || proxyOfEnv(this.#server, env);
  }

  renew(): void {
    this.#isRefused = true;
  }

  getCurrentCluster(): { readonly proxyUrl?: string | undefined } {
    return { proxyUrl: this.#proxyUrl };
  }

  /** @throws FacefleetError FF7010 */
  async applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    const { headers, certificate } = await this.#credential(this.#isRefused);
    this.#isRefused = false;
    const ca = await this.#authorities();
    const serverName = this.#cluster['tls-server-name'];
    Object.assign(options, {
      headers: { ...(options.headers as object | undefined), ...headers },
      ...(ca === null ? {} : { ca }),
      ...(certificate ?? {}),
      ...(serverName ? { servername: serverName } : {}),
      ...(this.#cluster['insecure-skip-tls-verify'] ? { rejectUnauthorized: false } : {}),
    });
    if (this.#proxyUrl !== undefined) options.agent = this.#proxyAgent(options, this.#proxyUrl);
  }

  async #authorities(): Promise<Buffer | null> {
    const { 'certificate-authority-data': data, 'certificate-authority': path } = this.#cluster;
    if (data) return Buffer.from(data, 'base64');
    if (!path) return null;
    try {
      return await readFile(path);
    } catch (error) {
      throw new FacefleetError('FF7010', errorText(error), { cause: error });
    }
  }

  /** The same agent for as long as the certificates are the same. */
  #proxyAgent({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions, proxyUrl: string): Agent {
    if (!/^https?:/.test(proxyUrl))
      throw new FacefleetError('FF7010', `proxy ${proxyUrl}: only http and https proxies are known`);
    const identity = [ca, cert, key].map(String).join('\n');
    if (this.#proxied?.identity === identity) return this.#proxied.agent;
    const settings = { keepAlive: true, proxyEnv: { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl } };
    const agent =
      this.#server.protocol === 'http:'
        ? (new HttpAgent(settings) as Agent)
        : new Agent({ ...settings, ca, cert, key, servername, rejectUnauthorized });
    this.#proxied = { agent, identity };
    return agent;
  }
}

/** The proxy that the environment names for a server; never for this machine, nor for what NO_PROXY has. */
function proxyOfEnv({ protocol, hostname }: URL, env: NodeJS.ProcessEnv): string | undefined {
  const value = (name: string): string => env[name] || env[name.toLowerCase()] || '';
  const proxy = value(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === '' || LOOPBACK.test(hostname)) return undefined;
  const direct = value('NO_PROXY')
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
    .some(
      (entry) => entry === '*' || (entry !== '' && (hostname === entry || hostname.endsWith(`.${entry}`))),
    );
  return direct ? undefined : proxy;
}
