import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RelistReason } from '../k8s/informer.ts';
import type { CallRecord } from '../k8s/kube-client.ts';
import type { Action } from '../reconcile/decision.ts';
import type { ReconcileResult } from '../runtime/reconciler.ts';

/** What is read when metrics are asked for. */
export interface ControllerView {
  /** By phase. */
  extractions(): ReadonlyMap<string, number>;
  /** By resource: objects in the caches, and whether they are up to date. */
  caches(): readonly { readonly resource: string; readonly objects: number; readonly upToDate: boolean }[];
  queue(): { readonly waiting: number; readonly delayed: number; readonly working: number };
  conductors(): number;
  busConnected(): boolean;
  leads(): boolean;
}

/** The metrics of the controller; docs/controller.md has the list. */
export interface ControllerMetrics {
  readonly registry: Registry;
  watch(view: ControllerView): void;
  onCall(record: CallRecord): void;
  onRelist(resource: string, reason: RelistReason): void;
  onResult(result: ReconcileResult, seconds: number): void;
  onAction(action: Action): void;
  onRound(seconds: number): void;
}

const RECONCILE_BUCKETS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
const CALL_BUCKETS = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
const ROUND_BUCKETS = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
const prefix = 'facefleet_controller_';

export function controllerMetrics(): ControllerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  let view: ControllerView | null = null;
  const calls = new Counter({
    name: `${prefix}api_calls_total`,
    help: 'Requests to the API server; code 0: no answer',
    labelNames: ['verb', 'resource', 'code'],
    registers,
  });
  const callSeconds = new Histogram({
    name: `${prefix}api_call_seconds`,
    help: 'Until the head of the answer',
    labelNames: ['verb'],
    buckets: CALL_BUCKETS,
    registers,
  });
  const relists = new Counter({
    name: `${prefix}relists_total`,
    help: 'Lists of a resource: first, expired (the version to go on from was too old), stalled (a silent watch) or periodic',
    labelNames: ['resource', 'reason'],
    registers,
  });
  const reconciles = new Histogram({
    name: `${prefix}reconcile_seconds`,
    help: 'One look at one extraction, with what was done; by how it ended: ok, conflict or failed',
    labelNames: ['result'],
    buckets: RECONCILE_BUCKETS,
    registers,
  });
  const actions = new Counter({
    name: `${prefix}actions_total`,
    help: 'What was done, by kind',
    labelNames: ['action'],
    registers,
  });
  const rounds = new Histogram({
    name: `${prefix}planning_seconds`,
    help: 'One planning round over all extractions',
    buckets: ROUND_BUCKETS,
    registers,
  });
  const gauge = (name: string, help: string, read: (view: ControllerView) => number): void => {
    new Gauge({
      name: `${prefix}${name}`,
      help,
      registers,
      collect() {
        if (view !== null) this.set(read(view));
      },
    });
  };
  gauge('leader', '1 while this process leads', ({ leads }) => Number(leads()));
  gauge('queue_waiting', 'Extractions that wait to be looked at', ({ queue }) => queue().waiting);
  gauge('queue_delayed', 'Extractions that will be looked at later', ({ queue }) => queue().delayed);
  gauge('queue_working', 'Extractions that are being looked at', ({ queue }) => queue().working);
  gauge('conductors', 'Conductors heard of in the last 10 s', ({ conductors }) => conductors());
  gauge('bus_connected', '1 while the bus is connected', ({ busConnected }) => Number(busConnected()));
  new Gauge({
    name: `${prefix}extractions`,
    help: 'Extractions by phase',
    labelNames: ['phase'],
    registers,
    collect() {
      this.reset();
      for (const [phase, count] of view?.extractions() ?? []) this.set({ phase }, count);
    },
  });
  const cached = (
    name: string,
    help: string,
    read: (cache: { objects: number; upToDate: boolean }) => number,
  ): void => {
    new Gauge({
      name: `${prefix}${name}`,
      help,
      labelNames: ['resource'],
      registers,
      collect() {
        for (const cache of view?.caches() ?? []) this.set({ resource: cache.resource }, read(cache));
      },
    });
  };
  cached('cached_objects', 'Objects in memory', ({ objects }) => objects);
  cached('cache_up_to_date', '0 while a resource cannot be watched', ({ upToDate }) => Number(upToDate));
  return {
    registry,
    watch(opened) {
      view = opened;
    },
    onCall({ call: { verb, resource, subresource }, code, seconds }) {
      const what = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
      calls.inc({ verb, resource: what, code: String(code) });
      callSeconds.observe({ verb }, seconds);
    },
    onRelist: (resource, reason) => relists.inc({ resource, reason }),
    onResult: (result, seconds) => reconciles.observe({ result }, seconds),
    onAction: ({ do: action }) => actions.inc({ action }),
    onRound: (seconds) => rounds.observe(seconds),
  };
}
