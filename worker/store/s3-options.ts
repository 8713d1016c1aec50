import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts';

/**
 * How a bucket is reached: plain data, all of it optional. Credentials are no option: the SDK's default chain finds them
 * (environment, profile, web identity, container and instance roles).
 */
export interface S3Options {
  /** URL of the server for others than AWS; default AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile's. */
  readonly endpoint?: string;
  /** Default AWS_REGION or the profile's; where there is none, `us-east-1`, which servers other than AWS do not look at. */
  readonly region?: string;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`; default: whenever an endpoint is given, here or by environment. */
  readonly pathStyle?: boolean;
  /** Limit for establishing a connection; default 5,000. */
  readonly connectTimeoutMs?: number;
  /** A connection on which nothing moves for so long counts as dead; default 60,000. */
  readonly idleTimeoutMs?: number;
  /** At most so many requests at once; default 64. */
  readonly connections?: number;
  /** Objects above this size are sent in parts of it, 5 MiB to 5 GiB; default 16 MiB. Up to four parts are held in memory. */
  readonly partBytes?: number;
  readonly retry?: Partial<RetryPolicy>;
}

/** The smallest part of a multipart upload that S3 takes, but for the last one. */
export const MIN_PART_BYTES = 5 * 1024 * 1024;

/** What is meant where options say nothing. */
export const S3_DEFAULTS = {
  region: 'us-east-1',
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 60_000,
  connections: 64,
  partBytes: 16 * 1024 * 1024,
  retry: DEFAULT_RETRY,
} as const;

/** The endpoint by option or environment; '' for AWS (or where only a profile names one). */
export function givenEndpoint({ endpoint }: S3Options): string {
  return endpoint ?? (process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL || '');
}
