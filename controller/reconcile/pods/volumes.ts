import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { ExtractionSpec } from '../../api/extraction-resource.ts';
import { JOB_KEY } from '../jobs/job-config-map.ts';

const JOB_FOLDER = '/facefleet/job';
const CACHE_FOLDER = '/facefleet/cache';

/** Where a pod finds its job. */
export const JOB_FILE = `${JOB_FOLDER}/${JOB_KEY}`;
/** Folders that can be written, for an environment. */
export const FOLDERS = { HOME: '/tmp', XDG_CACHE_HOME: CACHE_FOLDER } as const;

/** Volumes of a pod and where they are seen. */
export interface Volumes {
  readonly volumes: V1Volume[];
  readonly volumeMounts: V1VolumeMount[];
}

/**
 * The job, room for temporary files and models, and the volumes of the pod template.
 * @param job name of its ConfigMap
 * @param cacheClaim what keeps its models; without one they end with it
 */
export function volumes(
  job: string,
  template: ExtractionSpec['podTemplate']['volumes'],
  cacheClaim?: string,
): Volumes {
  const own: V1Volume[] = [
    { name: 'facefleet-job', configMap: { name: job } },
    { name: 'facefleet-tmp', emptyDir: {} },
    cacheClaim
      ? { name: 'facefleet-cache', persistentVolumeClaim: { claimName: cacheClaim } }
      : { name: 'facefleet-cache', emptyDir: {} },
  ];
  const claims = template.map(({ name, claimName, readOnly }): V1Volume => {
    return { name, persistentVolumeClaim: { claimName, readOnly } };
  });
  const ownMounts: V1VolumeMount[] = [
    { name: 'facefleet-job', mountPath: JOB_FOLDER, readOnly: true },
    { name: 'facefleet-tmp', mountPath: '/tmp' },
    { name: 'facefleet-cache', mountPath: CACHE_FOLDER },
  ];
  const mounts = template.map(({ name, mountPath, readOnly }) => ({ name, mountPath, readOnly }));
  return { volumes: [...own, ...claims], volumeMounts: [...ownMounts, ...mounts] };
}
