import { extractionProblem } from '../api/extraction-problem.ts';
import type { ExtractionResource } from '../api/extraction-resource.ts';
import { frameWork } from '../api/frame-work.ts';
import { capacity } from '../plan/capacity/capacity.ts';
import type { KubeNode, KubePod } from '../plan/capacity/kubernetes-objects.ts';
import type { NodeCapacity } from '../plan/problem.ts';
import type { Profile } from '../plan/profiles/profile.ts';
import type { Demand } from '../plan/several/plan-all.ts';
import { decodeWorkers } from './jobs/decode-workers.ts';
import { needsAfter } from './jobs/lessons.ts';
import { LABELS } from './labels.ts';
import type { RequestFault, ResolvedRequest } from './observed.ts';
import { DECODER } from './pods/wanted-pods.ts';
import { type PodNeed, reserveRoom } from './reserve-room.ts';
import type { ControllerSettings } from './settings.ts';
import type { StoredJob } from './stored-job.ts';

/** All that a planning round looks at. */
export interface RoundInput {
  /** All of the cluster; those that do not want to run are passed over. */
  readonly extractions: readonly ExtractionResource[];
  /** By uid of the extraction, as are the jobs. One without, or with a fault, is passed over. */
  readonly requests: ReadonlyMap<string, ResolvedRequest | RequestFault>;
  /** The jobs that are carried out. */
  readonly jobs: ReadonlyMap<string, StoredJob>;
  readonly nodes: readonly KubeNode[];
  /** All of the cluster. */
  readonly pods: readonly KubePod[];
  readonly profiles: readonly Profile[];
  /** What the pod of a conductor asks for. */
  readonly conductor: ControllerSettings['conductor'];
}

/** What a planning round shares out, and among whom; plain data, so that it can be handed to another thread. */
export interface RoundDemands {
  /** Their names are uids. */
  readonly demands: readonly Demand[];
  readonly nodes: readonly NodeCapacity[];
}

/**
 * What all extractions that want to run ask of the cluster, and what that has for them. What their workers hold counts as free, for it is theirs
 * to be given anew; room is set aside for conductors and decode workers that have no node yet.
 */
export function roundDemands(input: RoundInput): RoundDemands {
  const { extractions, requests, jobs, profiles, conductor } = input;
  const asking = extractions.filter(wantsToRun).flatMap((extraction) => {
    const request = requests.get(extraction.metadata.uid);
    return request === undefined || 'code' in request ? [] : [{ extraction, request }];
  });
  const live = new Set(asking.map(({ extraction }) => extraction.metadata.uid));
  const held = input.pods.filter((pod) => !isWorkerOf(live, pod));
  const placed = placedPods(input.pods);
  const needs = asking.flatMap(({ extraction, request }): PodNeed[] => {
    const { metadata, spec } = extraction;
    const { conductors, decoders } = placed.get(metadata.uid) ?? NONE_PLACED;
    const { planning, podTemplate } = spec;
    const missing = Math.max(0, decodeWorkers(extraction, request) - decoders);
    return [
      ...(conductors > 0 ? [] : [{ planning, wanted: conductor, template: podTemplate.resources.conductor }]),
      ...Array.from({ length: missing }, () => ({
        planning,
        wanted: DECODER,
        template: podTemplate.resources.decoder,
      })),
    ];
  });
  const nodes = reserveRoom(capacity(input.nodes, held).nodes, needs);
  const cluster = { nodes, frameWork: frameWork(profiles, nodes) };
  const demands = asking.map(({ extraction, request }): Demand => {
    const { metadata, spec, status } = extraction;
    const job = jobs.get(metadata.uid);
    const parts = {
      id: metadata.name,
      planning: spec.planning,
      roles: needsAfter(request.roles, job?.lessons ?? []),
      framesTotal: status?.progress?.total ?? null,
    };
    const { nodes: _, ...problem } = extractionProblem(parts, cluster);
    return {
      name: metadata.uid,
      priority: spec.priority,
      createdAtSec: Date.parse(metadata.creationTimestamp) / 1000,
      problem,
      running: job?.plan ?? null,
    };
  });
  return { demands, nodes };
}

/** Whether it takes part in planning rounds, when its request has no fault. */
export function wantsToRun({ metadata, spec, status }: ExtractionResource): boolean {
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return metadata.deletionTimestamp === undefined && !spec.suspend && !isOver;
}

/** Workers are planned. Conductors, decode workers and others are not: what they hold is not free. @param live uids */
export function isWorkerOf(live: ReadonlySet<string>, { metadata }: KubePod): boolean {
  const { [LABELS.uid]: uid, [LABELS.component]: component } = metadata?.labels ?? {};
  return uid !== undefined && live.has(uid) && component === 'worker';
}

interface Placed {
  conductors: number;
  decoders: number;
}

const NONE_PLACED: Readonly<Placed> = { conductors: 0, decoders: 0 };

/** Pods that have their nodes and are in no plan, by uid of the extraction. */
function placedPods(pods: readonly KubePod[]): ReadonlyMap<string, Readonly<Placed>> {
  const found = new Map<string, Placed>();
  for (const { metadata, spec } of pods) {
    const { [LABELS.uid]: uid, [LABELS.component]: component } = metadata?.labels ?? {};
    if (uid === undefined || !spec?.nodeName || component === 'worker') continue;
    const placed = found.get(uid) ?? { ...NONE_PLACED };
    found.set(uid, placed);
    if (component === 'conductor') placed.conductors += 1;
    if (component === 'decoder') placed.decoders += 1;
  }
  return found;
}
