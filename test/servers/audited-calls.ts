import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A request as the API server wrote it down when it had been answered. */
export interface AuditedCall {
  /** Such as `system:serviceaccount:facefleet:controller`. */
  readonly user: string;
  readonly verb: string;
  /** With its subresource: `extractions/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** HTTP status of the answer. */
  readonly code: number;
  readonly atMs: number;
}

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** The requests of the audit log of a control plane, in the order in which they were answered. */
export async function auditedCalls(log: string): Promise<AuditedCall[]> {
  const calls: AuditedCall[] = [];
  for await (const line of createInterface({ input: createReadStream(log) })) {
    // the last line may be half written
    if (!line.endsWith('}')) continue;
    const { user, verb, objectRef, responseStatus, requestReceivedTimestamp } = JSON.parse(line);
    const { resource = '', subresource, namespace = '', name = '' } = objectRef ?? {};
    calls.push({
      user: user.username,
      verb,
      resource: subresource ? `${resource}/${subresource}` : resource,
      namespace,
      name,
      code: responseStatus?.code ?? 0,
      atMs: Date.parse(requestReceivedTimestamp),
    });
  }
  return calls;
}

export function isWrite({ verb }: AuditedCall): boolean {
  return WRITES.includes(verb);
}
