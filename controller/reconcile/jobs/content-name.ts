import { hash } from 'node:crypto';
import { canonicalJson, plainData } from '../../../worker/formats/canonical-json.ts';
import type { StoredJob } from '../stored-job.ts';

const HASH_CHARS = 12;
const ENDING = /-job-[0-9a-f]{12}$/;

/** The name of the ConfigMap of a job: equal for equal contents of one extraction alone. @param base see `childBase` */
export function contentName(base: string, stored: Omit<StoredJob, 'name'>): string {
  const digest = hash('sha256', canonicalJson(plainData(stored)));
  return `${base}-job-${digest.slice(0, HASH_CHARS)}`;
}

/** What `contentName` was given as `base`. */
export function baseOf({ name }: Pick<StoredJob, 'name'>): string {
  return name.replace(ENDING, '');
}
