import { readFileSync } from 'node:fs';
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { NatsCredentials } from './nats-settings.ts';
import { Secret } from './secret.ts';

/**
 * Answers the server's question for credentials; files are read each time.
 * @throws FacefleetError FF6009 when a file cannot be read or is not what it should be
 */
export function natsAuthenticator(credentials: NatsCredentials): Authenticator | undefined {
  const answer = answerer(credentials);
  if (answer === undefined) return undefined;
  const checked: Authenticator = (nonce) => {
    try {
      return answer(nonce);
    } catch (error) {
      if (error instanceof FacefleetError) throw error;
      // the cause may quote the file
      const file = 'file' in credentials ? credentials.file : credentials.kind;
      throw new FacefleetError('FF6009', `${file} holds no ${credentials.kind} credentials`);
    }
  };
  checked('trial');
  return checked;
}

function answerer(credentials: NatsCredentials): Authenticator | undefined {
  switch (credentials.kind) {
    case 'none':
      return undefined;
    case 'user':
      return usernamePasswordAuthenticator(credentials.user, () => text(credentials.password));
    case 'token':
      return tokenAuthenticator(() => text(credentials.token));
    case 'nkey':
      return nkeyAuthenticator(() => Buffer.from(read(credentials.file).trim()));
    case 'creds':
      // the parser wants a line feed after the last line
      return (nonce) => credsAuthenticator(Buffer.from(`${read(credentials.file)}\n`))(nonce);
  }
}

function text(secret: Secret | { readonly file: string }): string {
  return secret instanceof Secret ? secret.reveal() : read(secret.file).trim();
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new FacefleetError('FF6009', `${file} cannot be read`, { cause: error });
  }
}
