import { z } from 'zod';
import type { Code } from '../../worker/errors/codes.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { callText, type KubeCall } from './kube-call.ts';

/** `metav1.Status`, as far as failures are told apart by it. */
const kubeStatus = z.object({
  kind: z.literal('Status'),
  message: z.string().catch(''),
  reason: z.string().catch(''),
  code: z.number().catch(0),
  details: z
    .object({
      name: z.string().catch(''),
      kind: z.string().catch(''),
      retryAfterSeconds: z.number().exactOptional(),
      causes: z
        .array(
          z.object({
            reason: z.string().catch(''),
            message: z.string().catch(''),
            field: z.string().catch(''),
          }),
        )
        .catch([]),
    })
    .catch({ name: '', kind: '', causes: [] }),
});
export type KubeStatus = z.infer<typeof kubeStatus>;

const LONGEST_TEXT = 1000;

/** What a body says of a failure; null when it is no Status. */
export function parseStatus(json: unknown): KubeStatus | null {
  const parsed = kubeStatus.safeParse(json);
  return parsed.success ? parsed.data : null;
}

/** `parseStatus` of a text that may be no JSON, as proxies and absent paths answer. */
export function parseStatusText(text: string): KubeStatus | null {
  try {
    return parseStatus(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * The error that an answer other than 2xx stands for.
 * @param text what was answered, where it is no Status
 */
export function kubeFailure(
  call: KubeCall,
  httpCode: number,
  status: KubeStatus | null,
  text = '',
): FacefleetError {
  const said = (status?.message || text.trim()).slice(0, LONGEST_TEXT) || `HTTP ${httpCode}`;
  const failure = (code: Code, detail = said): FacefleetError =>
    new FacefleetError(code, `${callText(call)}: ${detail}`);
  switch (httpCode) {
    case 401:
      return failure('FF7002');
    case 403:
      return forbidden(call, said, status) ?? failure('FF7007');
    case 404:
      if (status?.details.kind === 'namespaces' || status?.details.name) return failure('FF7005');
      return failure(
        'FF7008',
        `${call.resource.plural} of ${call.resource.group || 'the core group'}: ${said}`,
      );
    case 409:
      return failure(status?.reason === 'AlreadyExists' ? 'FF7011' : 'FF7004');
    case 410:
      return failure('FF7012');
    case 429:
      return failure('FF7006');
    case 400:
    case 413:
    case 415:
    case 422:
      return failure('FF7007', withFields(said, status));
    default:
      return failure('FF7009', `HTTP ${httpCode}: ${said}`);
  }
}

/** Null when it is not a Role that is at fault: an admission plugin refused (quota, Pod Security, a namespace that ends). */
function forbidden(call: KubeCall, said: string, status: KubeStatus | null): FacefleetError | null {
  if (status?.details.causes.some(({ reason }) => reason === 'NamespaceTerminating')) {
    return new FacefleetError('FF7005', `${callText(call)}: ${said}`);
  }
  // only some API servers ask for this right (OwnerReferencesPermissionEnforcement), and do not name it
  if (said.includes('cannot set blockOwnerDeletion')) {
    const owner =
      'the user lacks the verb "update" on the resource "extractions/finalizers" of API group "facefleet.dev"';
    return new FacefleetError('FF7003', `${callText(call)}: ${owner}: ${said}`);
  }
  if (!/ cannot \w+ (resource|path)/.test(said)) return null;
  const { resource, subresource, namespace, verb } = call;
  const user = /User "([^"]*)"/.exec(said)?.[1];
  const what = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  const where = namespace === null ? 'a ClusterRole' : `a Role in namespace ${namespace} (or a ClusterRole)`;
  const who = user === undefined ? 'the user' : `the user ${user}`;
  const lack = `${who} lacks the verb "${verb}" on the resource "${what}" of API group "${resource.group}"; ${where} has to give it`;
  return new FacefleetError('FF7003', `${callText(call)}: ${lack}`);
}

/** The message of the server names the fields already, except where it was cut. */
function withFields(said: string, status: KubeStatus | null): string {
  const missing = (status?.details.causes ?? []).filter(({ field }) => field !== '' && !said.includes(field));
  return [said, ...missing.map(({ field, message }) => `${field}: ${message}`)].join('; ');
}

/** Whether it is an error of the code. */
export function hasCode(thrown: unknown, ...codes: readonly Code[]): boolean {
  return thrown instanceof FacefleetError && codes.includes(thrown.code);
}
