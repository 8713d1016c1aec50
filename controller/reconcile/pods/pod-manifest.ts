import type { V1Affinity, V1Pod } from '@kubernetes/client-node';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { ANNOTATIONS } from '../labels.ts';
import type { PodRole } from '../observed.ts';
import { ownerReference } from '../owner-reference.ts';
import type { ControllerSettings } from '../settings.ts';
import { credentialSecrets } from './credentials.ts';
import { environment } from './environment.ts';
import type { KueueMarks } from './kueue.ts';
import { podLabels } from './pod-labels.ts';
import { LISTEN, probes, telemetryPort } from './probes.ts';
import { resources, type Wanted } from './resources.ts';
import { containerSecurity, podSecurity } from './security-context.ts';
import { JOB_FILE, volumes } from './volumes.ts';

/** Name of the one container that a pod is made with. */
export const CONTAINER = 'facefleet';

/** What differs between the pods of an extraction. */
export interface PodParts {
  readonly name: string;
  readonly role: PodRole;
  /** After `facefleet worker`. */
  readonly command: readonly string[];
  readonly wanted: Wanted;
  readonly template: ExtractionResource['spec']['podTemplate']['resources']['worker'];
  readonly affinity: V1Affinity;
  /** Labels that its node must have. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly kueue: KueueMarks;
  /** Whether it serves probes and metrics. */
  readonly listens: boolean;
  /** How long it may run at all; null: as long as it takes. */
  readonly deadlineSeconds: number | null;
}

const TERMINATION_LOG = '/dev/termination-log';
/** After the grace period of the workers: closing the bus and ending. */
const GRACE_MARGIN_SECONDS = 15;

/**
 * A pod of an extraction.
 * @param job name of the ConfigMap of its job
 * @param templateHash see `templateHash`
 */
export function podManifest(
  extraction: ExtractionResource,
  parts: PodParts,
  settings: ControllerSettings,
  { job, templateHash }: { readonly job: string; readonly templateHash: string },
): V1Pod {
  const { spec, metadata } = extraction;
  const { podTemplate, planning } = spec;
  const onGpu = parts.wanted.resource !== null;
  const pullSecrets = [...new Set([...settings.imagePullSecrets, ...podTemplate.imagePullSecrets])];
  // only workers run models
  const models = parts.role.kind === 'worker' ? settings.models : undefined;
  const secrets = credentialSecrets(spec, settings, models?.store);
  const { volumes: podVolumes, volumeMounts } = volumes(
    job,
    podTemplate.volumes,
    secrets,
    models?.cacheClaim,
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: parts.name,
      namespace: metadata.namespace,
      labels: { ...podLabels(extraction, parts.role), ...parts.kueue.labels },
      annotations: {
        ...podTemplate.annotations,
        ...parts.kueue.annotations,
        [ANNOTATIONS.templateHash]: templateHash,
        [ANNOTATIONS.job]: job,
      },
      ownerReferences: [ownerReference(extraction)],
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(podTemplate.serviceAccountName && { serviceAccountName: podTemplate.serviceAccountName }),
      ...(podTemplate.priorityClassName && { priorityClassName: podTemplate.priorityClassName }),
      ...(onGpu && planning.runtimeClassName && { runtimeClassName: planning.runtimeClassName }),
      ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
      ...(planning.tolerations.length > 0 && { tolerations: planning.tolerations }),
      ...(parts.deadlineSeconds !== null && { activeDeadlineSeconds: parts.deadlineSeconds }),
      affinity: parts.affinity,
      ...(Object.keys(parts.nodeSelector).length > 0 && { nodeSelector: { ...parts.nodeSelector } }),
      securityContext: podSecurity,
      terminationGracePeriodSeconds: Math.ceil(settings.graceMs / 1000) + GRACE_MARGIN_SECONDS,
      containers: [
        {
          name: CONTAINER,
          image: imageOf(podTemplate, settings, onGpu),
          imagePullPolicy: podTemplate.imagePullPolicy ?? settings.imagePullPolicy,
          command: [
            'facefleet',
            'worker',
            ...parts.command,
            '--job',
            JOB_FILE,
            '--termination-log',
            TERMINATION_LOG,
            ...(parts.listens ? LISTEN : []),
          ],
          ...environment(secrets, models),
          resources: resources(parts.wanted, parts.template),
          ...(parts.listens && { ports: [telemetryPort], ...probes }),
          securityContext: containerSecurity,
          terminationMessagePath: TERMINATION_LOG,
          // what a process that died without a word wrote last
          terminationMessagePolicy: 'FallbackToLogsOnError',
          volumeMounts,
        },
      ],
      volumes: podVolumes,
    },
  };
}

function imageOf(
  { image, gpuImage }: ExtractionResource['spec']['podTemplate'],
  { images }: ControllerSettings,
  onGpu: boolean,
): string {
  return onGpu ? (gpuImage ?? images.gpu) : (image ?? images.cpu);
}
