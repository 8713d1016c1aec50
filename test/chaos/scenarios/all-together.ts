import { RunOver } from '../cluster-run.ts';
import type { Scenario } from '../scenario.ts';
import { natsDown } from './bus-faults.ts';
import { conductorKilled, workerKilled } from './kills.ts';
import { s3Answers503 } from './store-faults.ts';

/** A worker and the conductor are killed, NATS goes down, and the S3 server is overloaded, in one run. */
export const allTogether: Scenario = {
  name: 'all-together',
  async disturb(disturbed) {
    const parts = [workerKilled, conductorKilled, natsDown, ...(disturbed.s3 ? [s3Answers503] : [])];
    const ends = await Promise.allSettled(parts.map((part) => part.disturb(disturbed)));
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    for (const reason of reasons) if (!(reason instanceof RunOver)) throw reason;
    if (reasons.length > 0) throw new RunOver();
  },
};
