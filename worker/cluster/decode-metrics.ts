import { Counter, collectDefaultMetrics, Registry } from 'prom-client';

/** The metrics of a decode worker. */
export interface DecodeMetrics {
  readonly registry: Registry;
  /** A frame has left the worker. */
  frame(outcome: 'decoded' | 'failed'): void;
}

/** @param labels on every metric: extraction, worker */
export function decodeMetrics(labels: Readonly<Record<string, string>>): DecodeMetrics {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  collectDefaultMetrics({ register: registry });
  const frames = new Counter({
    name: 'facefleet_decode_frames_total',
    help: 'Frames that have left the worker',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return { registry, frame: (outcome) => frames.inc({ outcome }) };
}
