import type { V1ConfigMap } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { errorText } from '../../worker/errors/facefleet-error.ts';
import { keyOf, type ObjectCache } from '../k8s/object-cache.ts';
import type { StoredJob } from '../reconcile/stored-job.ts';

/** Reads each ConfigMap once: they never change. */
export class StoredJobs {
  /** By uid of the ConfigMap; null: it holds none. */
  readonly #read = new Map<string, StoredJob | null>();
  readonly #readStoredJob: (configMap: V1ConfigMap) => StoredJob;
  readonly #log: Logger;

  constructor(
    cache: ObjectCache<V1ConfigMap>,
    readStoredJob: (configMap: V1ConfigMap) => StoredJob,
    log: Logger,
  ) {
    this.#readStoredJob = readStoredJob;
    this.#log = log;
    cache.changes.add(({ before, now }) => {
      const { uid } = before?.metadata ?? {};
      if (uid !== undefined && uid !== now?.metadata?.uid) this.#read.delete(uid);
    });
  }

  /** Null when it holds no job, which is logged once. */
  read(configMap: V1ConfigMap): StoredJob | null {
    const { uid = '' } = configMap.metadata ?? {};
    const known = this.#read.get(uid);
    if (known !== undefined) return known;
    let job: StoredJob | null = null;
    try {
      job = this.#readStoredJob(configMap);
    } catch (error) {
      this.#log.warn({ configMap: keyOf(configMap) }, `the job cannot be read: ${errorText(error)}`);
    }
    this.#read.set(uid, job);
    return job;
  }
}
