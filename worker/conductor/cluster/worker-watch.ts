import { fromBinary } from '@bufbuild/protobuf';
import { type WorkerStatus, WorkerStatusSchema } from '../../../proto/gen/facefleet/v1/worker_status_pb.ts';
import type { Bus } from '../../bus/bus.ts';
import { STATUS_EVERY_MS, STATUS_TOPIC } from '../../cluster/topics.ts';

/** A worker that says nothing for so long is taken for gone. */
const SILENT_MS = 3.5 * STATUS_EVERY_MS;

/** What the workers say of themselves. */
export class WorkerWatch {
  readonly #statuses = new Map<string, { readonly status: WorkerStatus; readonly atMs: number }>();
  readonly #stop = new AbortController();

  constructor(bus: Bus) {
    void this.#listen(bus);
  }

  /** How many workers say that they take frames or are about to. */
  alive(): number {
    return this.all().filter(({ state }) => state.case === 'starting' || state.case === 'ready').length;
  }

  /** The last word of each worker that is not silent. */
  all(): readonly WorkerStatus[] {
    const sinceMs = performance.now() - SILENT_MS;
    return [...this.#statuses.values()].filter(({ atMs }) => atMs >= sinceMs).map(({ status }) => status);
  }

  /** The provider that most of the workers use; null when none has said so. */
  provider(): string | null {
    const counts = new Map<string, number>();
    for (const { status } of this.#statuses.values()) {
      if (status.state.case !== 'ready') continue;
      const { provider } = status.state.value;
      if (provider === '') continue;
      counts.set(provider, (counts.get(provider) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  }

  close(): void {
    this.#stop.abort();
  }

  async #listen(bus: Bus): Promise<void> {
    for await (const bytes of bus.listen(STATUS_TOPIC, { signal: this.#stop.signal })) {
      try {
        const status = fromBinary(WorkerStatusSchema, bytes);
        this.#statuses.set(status.worker, { status, atMs: performance.now() });
      } catch {
        // what is no status says nothing
      }
    }
  }
}
