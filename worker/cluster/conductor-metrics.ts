import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ConductorView } from '../conductor/cluster/conduct.ts';

/** The metrics of a conductor. */
export interface ConductorMetrics {
  readonly registry: Registry;
  /** Frames are about to go out. */
  watch(view: ConductorView): void;
}

/** @param labels on every metric: extraction */
export function conductorMetrics(labels: Readonly<Record<string, string>>): ConductorMetrics {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  collectDefaultMetrics({ register: registry });
  let view: ConductorView | null = null;
  const gauge = (name: string, help: string, read: (view: ConductorView) => number | null): void => {
    new Gauge({
      name: `facefleet_conductor_${name}`,
      help,
      registers: [registry],
      collect() {
        const value = view && read(view);
        if (value !== null) this.set(value);
      },
    });
  };
  gauge(
    'frames',
    'Frames of the source; absent until it has been listed',
    ({ progress }) => progress().total,
  );
  gauge('frames_done', 'Frames with a record or a failure', ({ progress }) => progress().frames);
  gauge('frames_carried', 'Of those, done by earlier runs', ({ progress }) => progress().carried);
  gauge('frames_failed', 'Frames that were given up', ({ progress }) => progress().failed);
  gauge('faces', 'Faces in the records', ({ progress }) => progress().faces);
  gauge('pass', 'The pass that goes on, 0-based', ({ pass }) => pass());
  gauge('workers', 'Workers that say that they take frames or are about to', ({ workers }) =>
    workers.alive(),
  );
  gauge('bus_connected', '1 while the bus is connected', ({ bus }) => (bus.connected ? 1 : 0));
  return {
    registry,
    watch(opened) {
      view = opened;
    },
  };
}
