import type { Condition } from '../api/extraction-resource.ts';
import { timeText } from './time-text.ts';

/** What a condition is to say. */
export type ConditionSays = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** In the order in which they are written. */
const TYPES: readonly Condition['type'][] = [
  'Planned',
  'Admitted',
  'Running',
  'Suspended',
  'Succeeded',
  'Failed',
];

/** Of a message. The API server takes eight times as many, and refuses the whole status when it has more. */
const MOST_CHARS = 4096;

/** The conditions with one set. `lastTransitionTime` changes only when its status does. */
export function withCondition(
  conditions: readonly Condition[],
  says: ConditionSays,
  generation: number,
  nowMs: number,
): Condition[] {
  const before = conditions.find(({ type }) => type === says.type);
  const lastTransitionTime = before?.status === says.status ? before.lastTransitionTime : timeText(nowMs);
  const set: Condition = {
    type: says.type,
    status: says.status,
    observedGeneration: generation,
    lastTransitionTime,
    reason: says.reason,
    message: says.message.length > MOST_CHARS ? `${says.message.slice(0, MOST_CHARS - 1)}…` : says.message,
  };
  const others = conditions.filter(({ type }) => type !== says.type);
  return [...others, set].sort((a, b) => TYPES.indexOf(a.type) - TYPES.indexOf(b.type));
}
