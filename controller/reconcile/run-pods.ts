import type { CurrentPass } from './follow-pass.ts';
import type { ObservedPod } from './observed.ts';
import { keepsQuota } from './pod-groups.ts';
import { removePod } from './remove-pod.ts';
import { replacePod } from './replace-pod.ts';
import type { Scene } from './scene.ts';
import type { StoredJob } from './stored-job.ts';
import { timeMs } from './time-text.ts';
import { hasEnded } from './verdict.ts';
import type { WantedPod } from './wanted-pod.ts';

/** Workers of a pass that is over end by themselves within this time, ms. */
const ENDS_ITSELF_MS = 10_000;

/** The pods that are to be there while an extraction runs. */
export interface WantedPods {
  readonly conductor: WantedPod;
  readonly decoders: readonly WantedPod[];
  /** Of the pass that goes on; null while that is not known. */
  readonly workers: readonly WantedPod[] | null;
}

export function wantedPods(job: StoredJob, { pass }: CurrentPass, scene: Scene): WantedPods {
  const { making, settings, observed } = scene;
  return {
    conductor: making.conductorPod(observed.extraction, job, settings),
    decoders: making.decoderPods(observed.extraction, job, settings),
    workers: pass === null ? null : making.workerPods(observed.extraction, job, pass, settings),
  };
}

/** Those of the pods that were made from what is wanted. */
export function podsAsWanted(
  { conductor, decoders, workers }: WantedPods,
  pods: readonly ObservedPod[],
): ObservedPod[] {
  const hashes = new Map(
    [conductor, ...decoders, ...(workers ?? [])].map((one) => [one.name, one.templateHash]),
  );
  return pods.filter(({ name, templateHash }) => hashes.get(name) === templateHash);
}

/** Brings the pods to what is wanted: makes those that are missing and takes away those that are too much. */
export function runPods(job: StoredJob, current: CurrentPass, wanted: WantedPods, scene: Scene): void {
  const { observed } = scene;
  const isOutdated = outdatedFor(job, scene);
  const workers = observed.pods.filter(({ role }) => role.kind === 'worker');
  const lasting = [wanted.conductor, ...wanted.decoders];
  for (const pod of observed.pods) {
    const isRetired = pod.role.kind === 'decoder' && !lasting.some(({ name }) => name === pod.name);
    if (isRetired || pod.role.kind === 'cleaner') removePod(pod, scene);
  }
  bringAbout(lasting, true, scene);
  if (wanted.workers === null) {
    for (const pod of workers) if (isOutdated(pod)) removePod(pod, scene);
    return;
  }
  const names = new Set(wanted.workers.map(({ name }) => name));
  let isClear = true;
  for (const pod of workers) {
    if (pod.role.kind !== 'worker' || names.has(pod.name)) continue;
    if (pod.role.pass === current.pass) {
      // its lane is retired
      removePod(pod, scene);
      continue;
    }
    if (!hasEnded(pod)) isClear = false;
    removeOfOtherPass(pod, pod.role.pass, isOutdated, current, scene);
  }
  bringAbout(wanted.workers, isClear, scene);

  function bringAbout(all: readonly WantedPod[], mayMake: boolean, { draft }: Scene): void {
    const byName = new Map(observed.pods.map((pod) => [pod.name, pod]));
    for (const one of all) {
      const pod = byName.get(one.name);
      if (pod !== undefined) replacePod(pod, one, current.isHeard, scene);
      else if (mayMake) draft.act({ do: 'createPod', pod: one.manifest });
    }
  }
}

/** GPU memory is free only when the workers of another pass are gone. */
function removeOfOtherPass(
  pod: ObservedPod,
  itsPass: number,
  isOutdated: (pod: ObservedPod) => boolean,
  { pass, isHeard }: CurrentPass,
  scene: Scene,
): void {
  const { draft } = scene;
  if (!isHeard) {
    if (isOutdated(pod)) removePod(pod, scene);
    return;
  }
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') {
    // others keep their logs
    if (keepsQuota(pod, scene.observed.pods)) removePod(pod, scene);
    return;
  }
  const begunMs = timeMs(draft.status.passes?.find(({ index }) => index === pass)?.startedAt) ?? draft.nowMs;
  const endsItselfUntilMs = pass !== null && itsPass < pass ? begunMs + ENDS_ITSELF_MS : draft.nowMs;
  if (endsItselfUntilMs > draft.nowMs && pod.deleteByMs === null) draft.lookAgainAt(endsItselfUntilMs);
  else removePod(pod, scene);
}

/** Tells of a worker whether it is not of the job as it is now, or is going already. */
function outdatedFor(job: StoredJob, { making, observed, settings }: Scene): (pod: ObservedPod) => boolean {
  const hashes = new Map<number, ReadonlyMap<string, string>>();
  const hashesOf = (pass: number): ReadonlyMap<string, string> => {
    const known = hashes.get(pass);
    if (known !== undefined) return known;
    const pods =
      pass < job.job.passes.length ? making.workerPods(observed.extraction, job, pass, settings) : [];
    const made = new Map(pods.map((one) => [one.name, one.templateHash]));
    hashes.set(pass, made);
    return made;
  };
  return ({ name, role, templateHash, deleteByMs }) =>
    role.kind === 'worker' && (deleteByMs !== null || hashesOf(role.pass).get(name) !== templateHash);
}
