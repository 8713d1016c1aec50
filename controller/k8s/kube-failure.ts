import type { Code } from '../../worker/errors/codes.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';

/** What was asked of the API, for messages. */
export interface KubeRequestLine {
  readonly method: string;
  readonly path: string;
}

/** The part of a `metav1.Status` that tells what went wrong. */
interface StatusBody {
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly details?: { readonly name?: unknown; readonly retryAfterSeconds?: unknown };
}

const MAX_TEXT_CHARS = 500;

/** An answer of the Kubernetes API that is no success, by its cause. */
export class KubeFailure extends FacefleetError {
  /** HTTP status. */
  readonly status: number;
  /** The API's own word, such as `AlreadyExists` or `Expired`; '' when it gave none. */
  readonly reason: string;
  /** How long the server asks to wait; null when it does not. */
  readonly retryAfterMs: number | null;

  /** @param body what came, JSON or text */
  constructor(request: KubeRequestLine, status: number, body: string, retryAfter: string | undefined) {
    const said = statusBody(body);
    super(codeOf(request, status, said), message(request, status, body, said));
    this.status = status;
    this.reason = typeof said?.reason === 'string' ? said.reason : '';
    const seconds = Number(retryAfter ?? said?.details?.retryAfterSeconds);
    this.retryAfterMs = seconds > 0 ? seconds * 1000 : null;
  }
}

function codeOf({ path }: KubeRequestLine, status: number, said: StatusBody | null): Code {
  if (status === 401 || status === 403) return 'FF7002';
  if (status === 404)
    return path.startsWith('/apis/facefleet.dev/') && said?.details?.name === undefined ? 'FF7004' : 'FF7003';
  if (status === 409) return said?.reason === 'AlreadyExists' ? 'FF7005' : 'FF7006';
  if (status === 429 || status === 410 || status >= 500) return 'FF7007';
  return 'FF7005';
}

function message({ method, path }: KubeRequestLine, status: number, body: string, said: StatusBody | null) {
  const text = typeof said?.message === 'string' ? said.message : body.trim().slice(0, MAX_TEXT_CHARS);
  // the API's message of a 403 names verb, resource and namespace; that of a 401 nothing
  if (status === 403 || status === 404 || status === 422) return text === '' ? `${method} ${path}` : text;
  return `${text === '' ? `HTTP ${status}` : text} (${method} ${path})`;
}

function statusBody(body: string): StatusBody | null {
  try {
    const json = JSON.parse(body) as StatusBody | null;
    return json !== null && typeof json === 'object' && json.kind === 'Status' ? json : null;
  } catch {
    return null;
  }
}
