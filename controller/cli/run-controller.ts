import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { pino } from 'pino';
import packageJson from '../../package.json' with { type: 'json' };
import { natsSettingsFromEnv } from '../../worker/bus/nats-settings-from-env.ts';
import { serveTelemetry, type Telemetry } from '../../worker/cluster/serve-telemetry.ts';
import { KubeClient } from '../k8s/kube-client.ts';
import { Leadership } from '../k8s/leadership.ts';
import { loadKubeConfig } from '../k8s/load-kube-config.ts';
import { controllerParts } from '../runtime/controller-parts-of.ts';
import { ControllerProcess } from '../runtime/controller-process.ts';
import { Planner } from '../runtime/planning/planner.ts';
import { controllerMetrics } from '../telemetry/controller-metrics.ts';
import { type ControllerCommandOptions, controllerSettings } from './controller-settings.ts';
import { processSignals } from './process-signals.ts';
import { readProfiles } from './read-profiles.ts';

/** `facefleet controller`: until it is told to stop. @throws FacefleetError FF7010, FF6009, FF5001, FF5002 */
export async function runControllerProcess(options: ControllerCommandOptions): Promise<void> {
  const signals = processSignals(false);
  const stop = AbortSignal.any([signals.interrupted, signals.terminated]);
  const log = pino({ level: options.logLevel }, pino.destination({ dest: 2, sync: true }));
  const nats = natsSettingsFromEnv(process.env);
  const settings = controllerSettings(options, nats);
  const profiles = await readProfiles(options.profiles);
  const { kubeconfig, context, listen } = options;
  const access = loadKubeConfig({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  const metrics = controllerMetrics();
  const userAgent = `facefleet-controller/${packageJson.version}`;
  const identity = `${process.env.POD_NAME || hostname()}_${randomBytes(4).toString('hex')}`;
  const durationMs = options.leaseDuration * 1000;
  const leaseClient = new KubeClient(access, {
    userAgent,
    onCall: metrics.onCall,
    answerWithinMs: durationMs / 3,
  });
  const planner = new Planner();
  const controller = new ControllerProcess({
    client: new KubeClient(access, { userAgent, onCall: metrics.onCall }),
    namespace: options.namespace === 'all' ? null : options.namespace,
    parts: controllerParts(profiles, planner),
    settings,
    metrics,
    log,
    identity,
    nats: { ...nats, name: 'facefleet controller' },
    parallel: options.parallel,
    leadership: options.leaderElect
      ? new Leadership({
          client: leaseClient,
          namespace: options.leaseNamespace ?? access.namespace,
          name: options.leaseName,
          identity,
          log,
          timing: { durationMs, renewWithinMs: (durationMs * 2) / 3, everyMs: (durationMs * 2) / 15 },
        })
      : null,
  });
  let telemetry: Telemetry | null = null;
  try {
    if (listen !== undefined) {
      telemetry = await serveTelemetry(listen, metrics.registry, controller);
      log.info({ port: telemetry.port }, 'serving /healthz, /readyz and /metrics');
    }
    log.info({ server: access.server, identity, namespace: options.namespace }, 'the controller starts');
    await controller.run(stop);
    log.info('the controller has stopped');
  } finally {
    leaseClient.close();
    await planner.end();
    await telemetry?.close();
  }
}
