import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { ExtractionSpec } from '../../api/extraction-resource.ts';
import { JOB_KEY } from '../jobs/job-config-map.ts';
import type { CredentialSecret } from './credentials.ts';

const JOB_FOLDER = '/facefleet/job';
const CACHE_FOLDER = '/facefleet/cache';
/** Each Secret is a folder there, by what it is for. */
const SECRETS_FOLDER = '/facefleet/secrets';
/** Its group reads, nobody writes. */
const SECRET_MODE = 0o440;

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
 * The job, room for temporary files and models, the entries of the credentials as files, for variables that name one, and the volumes of the pod
 * template.
 * @param job name of its ConfigMap
 * @param cacheClaim what keeps its models; without one they end with it
 */
export function volumes(
  job: string,
  template: ExtractionSpec['podTemplate']['volumes'],
  secrets: readonly CredentialSecret[],
  cacheClaim?: string,
): Volumes {
  const own: V1Volume[] = [
    { name: 'facefleet-job', configMap: { name: job } },
    { name: 'facefleet-tmp', emptyDir: {} },
    cacheClaim
      ? { name: 'facefleet-cache', persistentVolumeClaim: { claimName: cacheClaim } }
      : { name: 'facefleet-cache', emptyDir: {} },
    ...secrets.map(({ kind, name }): V1Volume => {
      // that it is missing is said of the environment
      const secret = { secretName: name, optional: true, defaultMode: SECRET_MODE };
      return { name: `facefleet-secret-${kind}`, secret };
    }),
  ];
  const claims = template.map(({ name, claimName, readOnly }): V1Volume => {
    return { name, persistentVolumeClaim: { claimName, readOnly } };
  });
  const ownMounts: V1VolumeMount[] = [
    { name: 'facefleet-job', mountPath: JOB_FOLDER, readOnly: true },
    { name: 'facefleet-tmp', mountPath: '/tmp' },
    { name: 'facefleet-cache', mountPath: CACHE_FOLDER },
    ...secrets.map(({ kind }): V1VolumeMount => {
      return { name: `facefleet-secret-${kind}`, mountPath: `${SECRETS_FOLDER}/${kind}`, readOnly: true };
    }),
  ];
  const mounts = template.map(({ name, mountPath, readOnly }) => ({ name, mountPath, readOnly }));
  return { volumes: [...own, ...claims], volumeMounts: [...ownMounts, ...mounts] };
}
