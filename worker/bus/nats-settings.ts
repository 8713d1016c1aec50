import type { Secret } from './secret.ts';

/** Who the process says it is. Files are read anew for every connection, so that they can be renewed. */
export type NatsCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'user'; readonly user: string; readonly password: Secret | { readonly file: string } }
  | { readonly kind: 'token'; readonly token: Secret | { readonly file: string } }
  /** A file with an nkey seed (`SU…`). */
  | { readonly kind: 'nkey'; readonly file: string }
  /** A file with a JWT and a seed, as `nsc` writes it. */
  | { readonly kind: 'creds'; readonly file: string };

/** Files in PEM format; without `caFile` the system's authorities are trusted. */
export interface NatsTls {
  readonly caFile?: string;
  /** Certificate and key of this process, where the server asks for them. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** How to reach NATS, and how lanes are kept there. */
export interface NatsSettings {
  /** `host:port`, `nats://host:port` or `tls://host:port`; never with credentials. */
  readonly servers: readonly string[];
  readonly credentials: NatsCredentials;
  /** Null: TLS only where the server demands it, with the system's authorities. */
  readonly tls: NatsTls | null;
  /** Servers that keep each lane: 1, 3 or 5. Default 1. */
  readonly replicas?: number;
  /** 'file' survives a restart of the server. Default 'file'. */
  readonly storage?: 'file' | 'memory';
  /** How long the first connection is tried. Default 30 s. */
  readonly connectWithinMs?: number;
  /** How long a lost connection, or a server that cannot serve, is waited for. Default 5 min. */
  readonly giveUpAfterMs?: number;
  /** Shown in the server's list of connections. */
  readonly name?: string;
}
