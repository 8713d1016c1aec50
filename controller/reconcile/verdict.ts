import { CODES } from '../../worker/errors/codes.ts';
import type { ExtractionStatus } from '../api/extraction-resource.ts';
import type { ObservedPod, PodEnd } from './observed.ts';
import { nameOfRole } from './role-name.ts';
import { isCode, readTerminationMessage } from './termination-message.ts';

/**
 * What became of a pod: `goes` it starts or runs; `done` the conductor finished the extraction; `ended` a worker ended as it should; `lost`
 * the infrastructure or somebody took it away; `refused` it would fail again.
 */
export type Verdict =
  | { readonly kind: 'goes' | 'done' | 'ended' }
  | { readonly kind: 'lost' | 'outOfMemory' | 'crashed'; readonly why: string }
  | { readonly kind: 'refused'; readonly failure: NonNullable<ExtractionStatus['failure']> };

/** Exit codes of conductors and workers, as docs/cluster.md has them. */
const EXIT = { done: 0, refused: 2, someFramesFailed: 3, toldToStop: 130 } as const;

export function verdictOn(pod: ObservedPod): Verdict {
  const { end, role, disruption } = pod;
  if (end === null) return { kind: 'goes' };
  const { exitCode } = end;
  const isWorker = role.kind === 'worker' || role.kind === 'decoder';
  if (exitCode === EXIT.done) return { kind: isWorker ? 'ended' : 'done' };
  if (exitCode === EXIT.someFramesFailed && role.kind === 'conductor') return { kind: 'done' };
  if (disruption !== null) return { kind: 'lost', why: disruption };
  const said = readTerminationMessage(end.message);
  const failed = said?.event === 'failed' ? said : null;
  const isFinal =
    role.kind === 'conductor' &&
    failed !== null &&
    isCode(failed.code) &&
    CODES[failed.code].retry === 'never';
  if (exitCode === EXIT.refused || (exitCode === 1 && isFinal)) {
    const message = failed?.message ?? `${nameOfRole(role)}: ${howItEnded(end)}`;
    const reason = exitCode === EXIT.refused ? 'JobRefused' : 'ConductorFailed';
    return { kind: 'refused', failure: { code: failed?.code ?? null, reason, message } };
  }
  if (exitCode === EXIT.toldToStop) return { kind: 'lost', why: 'told to stop' };
  if (pod.deleteByMs !== null) return { kind: 'lost', why: 'deleted' };
  // the kubelet did not let it start, or did not say how it ended
  if (exitCode === null) return { kind: 'lost', why: howItEnded(end) };
  if (end.reason === 'OOMKilled') {
    // of a decode worker nothing can be lowered
    const kind = role.kind === 'worker' ? 'outOfMemory' : 'crashed';
    return { kind, why: 'it ran out of memory (OOMKilled)' };
  }
  return { kind: 'crashed', why: failed?.message ?? howItEnded(end) };
}

/** Whether its process is not there any more, or never will be. */
export function hasEnded({ end, phase }: ObservedPod): boolean {
  return end !== null || phase === 'Succeeded' || phase === 'Failed';
}

function howItEnded({ exitCode, reason }: PodEnd): string {
  return exitCode === null ? reason : `exit code ${exitCode} (${reason})`;
}
