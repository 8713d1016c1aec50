import type { Bus } from '../bus/bus.ts';
import type { Job } from './job.ts';

/** Room for all of a message but its image: faces come on top of it only when they fit. */
export const HEAD_BYTES = 64 * 1024;

/** The largest image that rides in a message of a job, bytes; 0 = none. */
export function inlineBytes({ transport }: Job, { maxPayloadBytes }: Pick<Bus, 'maxPayloadBytes'>): number {
  return transport === 'reference' ? 0 : Math.max(0, maxPayloadBytes - HEAD_BYTES);
}
