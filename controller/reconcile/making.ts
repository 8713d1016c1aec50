import type { V1ConfigMap } from '@kubernetes/client-node';
import type { ExtractionResource } from '../api/extraction-resource.ts';
import type { Plan } from '../plan/plan.ts';
import { jobConfigMap } from './jobs/job-config-map.ts';
import { lowerBatches } from './jobs/lower-batches.ts';
import { storedJob } from './jobs/stored-job-of.ts';
import type { ResolvedRequest } from './observed.ts';
import { cleanerPod, conductorPod, decoderPods, workerPods } from './pods/wanted-pods.ts';
import type { ControllerSettings } from './settings.ts';
import type { StoredJob } from './stored-job.ts';
import type { WantedPod } from './wanted-pod.ts';

/** How jobs and pods are made of what was planned. Pure: the same input makes the same objects under the same names. */
export interface Making {
  /**
   * @param previous its lanes are kept where the stages are the same; null: the first
   * @param lost the latest revision that was carried out but cannot be found; its lanes are not used again
   * @returns `previous` itself when another would do the same
   */
  storedJob(
    extraction: ExtractionResource,
    request: ResolvedRequest,
    plan: Plan,
    previous: StoredJob | null,
    settings: ControllerSettings,
    lost?: number,
  ): StoredJob;
  /** The job with less in work on one stage; null when there is no less. */
  lowerBatches(stored: StoredJob, pass: number, stage: number): StoredJob | null;
  jobConfigMap(extraction: ExtractionResource, stored: StoredJob): V1ConfigMap;
  conductorPod(extraction: ExtractionResource, stored: StoredJob, settings: ControllerSettings): WantedPod;
  workerPods(
    extraction: ExtractionResource,
    stored: StoredJob,
    pass: number,
    settings: ControllerSettings,
  ): readonly WantedPod[];
  decoderPods(
    extraction: ExtractionResource,
    stored: StoredJob,
    settings: ControllerSettings,
  ): readonly WantedPod[];
  cleanerPod(extraction: ExtractionResource, stored: StoredJob, settings: ControllerSettings): WantedPod;
}

export const MAKING: Making = {
  storedJob,
  lowerBatches,
  jobConfigMap,
  conductorPod,
  workerPods,
  decoderPods,
  cleanerPod,
};
