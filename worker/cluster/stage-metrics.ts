import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { WorkerView } from '../stage/cluster/run-worker.ts';

/** The metrics of a stage worker. */
export interface StageMetrics {
  readonly registry: Registry;
  /** A frame has left the worker. */
  frame(outcome: 'found' | 'failed', workMs: number): void;
  /** The worker is about to take frames. */
  watch(view: WorkerView): void;
}

/** @param labels on every metric: extraction, worker, pass */
export function stageMetrics(labels: Readonly<Record<string, string>>): StageMetrics {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const frames = new Counter({
    name: 'facefleet_stage_frames_total',
    help: 'Frames that have left the worker',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'facefleet_stage_frame_seconds',
    help: 'Time from taking a frame to its acknowledgement',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    registers,
  });
  let view: WorkerView | null = null;
  new Gauge({
    name: 'facefleet_stage_frames_in_work',
    help: 'Frames that the worker has taken and not acknowledged',
    registers,
    collect() {
      this.set(view?.inWork() ?? 0);
    },
  });
  new Gauge({
    name: 'facefleet_stage_provider',
    help: '1 for the execution provider that runs the models',
    labelNames: ['provider'],
    registers,
    collect() {
      if (view !== null) this.set({ provider: view.provider }, 1);
    },
  });
  return {
    registry,
    frame(outcome, workMs) {
      frames.inc({ outcome });
      seconds.observe(workMs / 1000);
    },
    watch(opened) {
      view = opened;
    },
  };
}
