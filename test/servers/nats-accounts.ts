import { createHash } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';

/** A server's trust in an operator, and a user's credentials, as `nsc` makes them. */
export interface NatsAccounts {
  /** Lines of the server's configuration. */
  readonly config: string;
  /** Content of the user's creds file. */
  readonly creds: string;
  /** The secret line in it. */
  readonly seed: string;
}

type Signer = ReturnType<typeof nkeys.createUser>;

/** An operator with an account that may use JetStream, a user in it, and a system account (NATS JWT version 2). */
export function makeNatsAccounts(): NatsAccounts {
  const operator = nkeys.createOperator();
  const [account, system] = [nkeys.createAccount(), nkeys.createAccount()];
  const user = nkeys.createUser();
  const unlimited = {
    subs: -1,
    data: -1,
    payload: -1,
    imports: -1,
    exports: -1,
    wildcards: true,
    conn: -1,
    leaf: -1,
  };
  const operatorJwt = sign(operator, operator, 'operator', 'O', { system_account: system.getPublicKey() });
  const accountJwt = sign(operator, account, 'account', 'A', {
    limits: { ...unlimited, mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 },
  });
  const systemJwt = sign(operator, system, 'account', 'SYS', { limits: unlimited });
  const userJwt = sign(account, user, 'user', 'U', { subs: -1, data: -1, payload: -1 });
  const seed = Buffer.from(user.getSeed()).toString();
  const config = [
    `operator: ${operatorJwt}`,
    `system_account: ${system.getPublicKey()}`,
    'resolver: MEMORY',
    `resolver_preload: { ${account.getPublicKey()}: ${accountJwt}, ${system.getPublicKey()}: ${systemJwt} }`,
  ].join('\n');
  const creds = [
    '-----BEGIN NATS USER JWT-----',
    userJwt,
    '------END NATS USER JWT------',
    '',
    '-----BEGIN USER NKEY SEED-----',
    seed,
    '------END USER NKEY SEED------',
  ].join('\n');
  return { config, creds, seed };
}

function sign(issuer: Signer, subject: Signer, type: string, name: string, nats: object): string {
  const claims = {
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name,
    nats: { ...nats, type, version: 2 },
  };
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('base64url');
  const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${base64({ typ: 'JWT', alg: 'ed25519-nkey' })}.${base64({ jti, ...claims })}`;
  return `${body}.${Buffer.from(issuer.sign(Buffer.from(body))).toString('base64url')}`;
}
