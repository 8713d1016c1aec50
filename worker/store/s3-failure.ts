import { errorText } from '../errors/facefleet-error.ts';
import { errno } from './dir-error.ts';
import { S3Failure, type S3FailureKind } from './s3-api.ts';

/** What the SDK's errors carry, all of it optional. */
interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    /** The SDK has learnt the server's clock and will sign with it. */
    readonly clockSkewCorrected?: boolean;
  };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

const BY_NAME: Readonly<Record<string, S3FailureKind>> = {
  NoSuchKey: 'absent',
  NotFound: 'absent',
  NoSuchUpload: 'noUpload',
  NoSuchBucket: 'noBucket',
  PreconditionFailed: 'exists',
  InvalidRange: 'range',
  SlowDown: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  RequestLimitExceeded: 'throttled',
  TooManyRequests: 'throttled',
  BandwidthLimitExceeded: 'throttled',
  ServiceUnavailable: 'throttled',
  // A rival's conditional put of the same key is under way, or a delete of it.
  ConditionalRequestConflict: 'transient',
  OperationAborted: 'transient',
  InternalError: 'transient',
  RequestTimeout: 'transient',
  TimeoutError: 'transient',
  // The body was damaged on its way.
  BadDigest: 'transient',
  IncompleteBody: 'transient',
  XAmzContentSHA256Mismatch: 'transient',
  AccessDenied: 'denied',
  CredentialsProviderError: 'denied',
  AuthorizationHeaderMalformed: 'denied',
  PermanentRedirect: 'denied',
};

const BY_STATUS: Readonly<Record<number, S3FailureKind>> = {
  301: 'denied',
  401: 'denied',
  403: 'denied',
  404: 'absent',
  408: 'transient',
  412: 'exists',
  416: 'range',
  429: 'throttled',
  500: 'transient',
  502: 'transient',
  503: 'throttled',
  504: 'transient',
};

const BROKEN_WIRE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  ECONNABORTED: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the name server does not answer',
};

/**
 * The failure that the SDK's `thrown` stands for. It keeps the server's code and message and the request id, nothing else:
 * the SDK's errors hold the request, whose headers are credentials.
 */
export function s3Failure(thrown: unknown): S3Failure {
  if (thrown instanceof S3Failure) return thrown;
  const {
    name = '',
    $metadata = {},
    $response,
  }: SdkError = thrown instanceof Error ? (thrown as SdkError) : {};
  const status = $metadata.httpStatusCode;
  const code = errno(thrown);
  const wire = BROKEN_WIRE[code] ?? (code.startsWith('HPE_') ? 'the answer is no HTTP' : undefined);
  if (wire !== undefined) return new S3Failure('transient', `${wire} (${code})`);
  if (name === 'TimeoutError') return new S3Failure('transient', 'no answer in time');
  const skewed = $metadata.clockSkewCorrected === true;
  const kind = skewed ? 'transient' : (BY_NAME[name] ?? (status ? BY_STATUS[status] : undefined) ?? 'final');
  return new S3Failure(kind, described(thrown, name, $metadata), retryAfterMs($response?.headers));
}

function described(
  thrown: unknown,
  name: string,
  { httpStatusCode, requestId }: NonNullable<SdkError['$metadata']>,
): string {
  const text = errorText(thrown).replace(/\s+/g, ' ').trim();
  // Errors without a body, such as those of HEAD, have a placeholder for text.
  const said = text === '' || text.startsWith('Unknown') || text === name ? '' : `: ${text.slice(0, 300)}`;
  const notes = [
    ...(httpStatusCode === undefined ? [] : [`HTTP ${httpStatusCode}`]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
  ].join(', ');
  const what = /^(Unknown|UnknownError|Error|)$/.test(name) ? 'it failed' : name;
  return `${what}${said}${notes && ` (${notes})`}`;
}

/** Seconds of a Retry-After header in ms; 0 for none and for dates. */
function retryAfterMs(headers: Readonly<Record<string, string>> = {}): number {
  const seconds = Number(headers['retry-after'] ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}
