import type { V1ContainerPort, V1Probe } from '@kubernetes/client-node';

const PORT = 9464;
/** Name of the port of probes and metrics. */
const NAME = 'telemetry';

/** Option of the processes that serve probes and metrics. */
export const LISTEN = ['--listen', String(PORT)] as const;

export const telemetryPort: V1ContainerPort = { name: NAME, containerPort: PORT, protocol: 'TCP' };

/** A process that does not answer for two minutes is started anew; one that starts has as long. Busy ones are ready or not, but never killed for it. */
export const probes: {
  readonly startupProbe: V1Probe;
  readonly livenessProbe: V1Probe;
  readonly readinessProbe: V1Probe;
} = {
  startupProbe: {
    httpGet: { path: '/healthz', port: NAME },
    periodSeconds: 2,
    timeoutSeconds: 5,
    failureThreshold: 60,
  },
  livenessProbe: {
    httpGet: { path: '/healthz', port: NAME },
    periodSeconds: 20,
    timeoutSeconds: 10,
    failureThreshold: 6,
  },
  readinessProbe: {
    httpGet: { path: '/readyz', port: NAME },
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold: 2,
  },
};
