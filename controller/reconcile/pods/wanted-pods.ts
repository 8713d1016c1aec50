import { decodeLaneOf, laneOf } from '../../../worker/cluster/lane-of.ts';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { childName } from '../child-name.ts';
import type { ControllerSettings } from '../settings.ts';
import type { LanePlace, StoredJob } from '../stored-job.ts';
import type { WantedPod } from '../wanted-pod.ts';
import { awayFromGpus, onNode } from './affinity.ts';
import { type KueueMarks, kueueAlone, kueueGroup } from './kueue.ts';
import { type PodParts, podManifest } from './pod-manifest.ts';
import { dutyOfDecoder, dutyOfWorker, templateHash } from './template-hash.ts';

/** What a decode worker asks for. */
export const DECODER = { cores: 1, memoryMiB: 1024 };
/** What the cleaner asks for, and how long it may take. */
const CLEANER = { cores: 0.1, memoryMiB: 256, deadlineSeconds: 120 };

/** The pod of the conductor: one for all passes. It is made anew for every other job. */
export function conductorPod(
  extraction: ExtractionResource,
  stored: StoredJob,
  settings: ControllerSettings,
): WantedPod {
  const name = childName(extraction.metadata.name, 'conductor');
  const parts: PodParts = {
    name,
    role: { kind: 'conductor' },
    // one of the same name in another namespace or cluster may be given the same bucket
    command: ['conductor', '--owner', `${name} of ${extraction.metadata.uid}`],
    wanted: { ...settings.conductor, resource: null },
    template: extraction.spec.podTemplate.resources.conductor,
    affinity: awayFromGpus,
    nodeSelector: extraction.spec.planning.nodeSelector,
    kueue: kueueAlone(extraction),
    listens: true,
    deadlineSeconds: null,
  };
  return wantedPod(extraction, parts, stored, stored.job, settings);
}

/** The pods of the workers of one pass, one for each lane that is not retired. */
export function workerPods(
  extraction: ExtractionResource,
  stored: StoredJob,
  pass: number,
  settings: ControllerSettings,
): readonly WantedPod[] {
  const places = stored.places.filter((place) => place.pass === pass);
  const kueue = kueueGroup(extraction, pass, places);
  return places.map((place) => {
    const parts = workerParts(extraction, place, kueue);
    return wantedPod(extraction, parts, stored, dutyOfWorker(stored.job, place), settings);
  });
}

/** The pods of the decode workers, which serve all passes; none where the conductor decodes, or the source is no video. */
export function decoderPods(
  extraction: ExtractionResource,
  stored: StoredJob,
  settings: ControllerSettings,
): readonly WantedPod[] {
  const { metadata, spec } = extraction;
  const duty = dutyOfDecoder(stored.job);
  return Array.from({ length: stored.job.decode?.replicas ?? 0 }, (_, replica) => {
    const parts: PodParts = {
      name: childName(metadata.name, decodeLaneOf(replica)),
      role: { kind: 'decoder', replica },
      command: ['decode', '--replica', String(replica)],
      wanted: { ...DECODER, resource: null },
      template: spec.podTemplate.resources.decoder,
      affinity: awayFromGpus,
      nodeSelector: spec.planning.nodeSelector,
      // like the conductor it outlives the passes
      kueue: kueueAlone(extraction),
      listens: true,
      deadlineSeconds: null,
    };
    return wantedPod(extraction, parts, stored, duty, settings);
  });
}

/** The pod that removes what an extraction that is deleted left on the bus and beside its results. */
export function cleanerPod(
  extraction: ExtractionResource,
  stored: StoredJob,
  settings: ControllerSettings,
): WantedPod {
  const { deadlineSeconds, ...wanted } = CLEANER;
  const parts: PodParts = {
    name: childName(extraction.metadata.name, 'cleaner'),
    role: { kind: 'cleaner' },
    command: ['clean'],
    wanted: { ...wanted, resource: null },
    template: undefined,
    affinity: awayFromGpus,
    nodeSelector: extraction.spec.planning.nodeSelector,
    // it would wait in the queue for what it is to give back
    kueue: { labels: {}, annotations: {} },
    listens: false,
    deadlineSeconds,
  };
  return wantedPod(extraction, parts, stored, stored.job.extraction, settings);
}

function workerParts(extraction: ExtractionResource, place: LanePlace, kueue: KueueMarks): PodParts {
  const { pass, stage, replica, node, cores, memoryMiB, resource } = place;
  return {
    name: childName(extraction.metadata.name, laneOf(place)),
    role: { kind: 'worker', pass, stage, replica },
    command: ['stage', '--pass', String(pass), '--stage', String(stage), '--replica', String(replica)],
    wanted: { cores, memoryMiB, resource },
    template: extraction.spec.podTemplate.resources.worker,
    affinity: onNode(node),
    // the plan has looked at it
    nodeSelector: {},
    kueue,
    listens: true,
    deadlineSeconds: null,
  };
}

function wantedPod(
  extraction: ExtractionResource,
  parts: PodParts,
  { name: job }: StoredJob,
  duty: unknown,
  settings: ControllerSettings,
): WantedPod {
  const { name, role } = parts;
  const hash = templateHash(podManifest(extraction, parts, settings, { job: '', templateHash: '' }), duty);
  const manifest = podManifest(extraction, parts, settings, { job, templateHash: hash });
  return { name, role, templateHash: hash, manifest };
}
