import type { Condition, ExtractionResource, ExtractionStatus } from '../api/extraction-resource.ts';
import { withCondition } from './conditions.ts';
import type { Action, Decision, EventNote } from './decision.ts';
import type { ObservedPod } from './observed.ts';
import { timeMs, timeText } from './time-text.ts';

/** A status of which the parts that every decision needs are there. */
export type DraftStatus = ExtractionStatus & Required<Pick<ExtractionStatus, 'conditions' | 'attempts'>>;

const NO_ATTEMPTS: NonNullable<ExtractionStatus['attempts']> = {
  failures: 0,
  replacements: 0,
  countedPods: [],
  lowered: [],
};

/** A decision in the making: policies write into it in turn. */
export class Draft {
  readonly nowMs: number;
  readonly status: DraftStatus;
  readonly #generation: number;
  readonly #actions: Action[] = [];
  readonly #events: EventNote[] = [];
  #dueMs = Number.POSITIVE_INFINITY;

  /** Begins with the status as it is; pods that are gone are forgotten. */
  constructor({ status, metadata }: ExtractionResource, pods: readonly ObservedPod[], nowMs: number) {
    const { conditions = [], attempts = NO_ATTEMPTS, passes, progress, ...rest } = status ?? {};
    const here = new Set(pods.map(({ uid }) => uid));
    this.nowMs = nowMs;
    this.#generation = metadata.generation;
    this.status = {
      ...rest,
      ...(passes && { passes: passes.map((one) => ({ ...one })) }),
      ...(progress && {
        progress: { ...progress, ...(progress.shown && { shown: { ...progress.shown } }) },
      }),
      observedGeneration: metadata.generation,
      conditions: conditions.map((one) => ({ ...one, observedGeneration: metadata.generation })),
      attempts: {
        ...attempts,
        countedPods: attempts.countedPods.filter((uid) => here.has(uid)),
        lowered: [...attempts.lowered],
      },
    };
  }

  get nowText(): string {
    return timeText(this.nowMs);
  }

  condition(type: Condition['type']): Condition | undefined {
    return this.status.conditions.find((one) => one.type === type);
  }

  isTrue(type: Condition['type']): boolean {
    return this.condition(type)?.status === 'True';
  }

  /** When the condition last changed its status; null when it is not there. */
  sinceMs(type: Condition['type']): number | null {
    return timeMs(this.condition(type)?.lastTransitionTime);
  }

  /** @param message not empty: API servers of some builds take that for null @returns whether its status or its reason changed */
  setCondition(
    type: Condition['type'],
    status: Condition['status'],
    reason: string,
    message: string,
  ): boolean {
    const before = this.condition(type);
    const says = { type, status, reason, message };
    this.status.conditions = withCondition(this.status.conditions, says, this.#generation, this.nowMs);
    return before?.status !== status || before.reason !== reason;
  }

  isCounted({ uid }: ObservedPod): boolean {
    return this.status.attempts.countedPods.includes(uid);
  }

  /** Remembers that a pod is accounted for, for as long as it is there. */
  count(pod: ObservedPod): void {
    if (!this.isCounted(pod)) this.status.attempts.countedPods.push(pod.uid);
  }

  deletePod(pod: ObservedPod, now: boolean): void {
    this.count(pod);
    this.act({ do: 'deletePod', name: pod.name, uid: pod.uid, now });
  }

  releasePod({ name, uid }: ObservedPod): void {
    this.act({ do: 'releasePod', name, uid });
  }

  act(action: Action): void {
    this.#actions.push(action);
  }

  /** Only together with a change of the status: an event is told once because the change is made once. */
  tell(type: EventNote['type'], reason: string, message: string): void {
    this.#events.push({ type, reason, message });
  }

  /** Moments that are over are none to wait for. */
  lookAgainAt(ms: number): void {
    if (ms > this.nowMs) this.#dueMs = Math.min(this.#dueMs, ms);
  }

  decision(): Decision {
    return {
      status: this.status,
      actions: this.#actions,
      events: this.#events,
      requeueAfterMs: Number.isFinite(this.#dueMs) ? this.#dueMs - this.nowMs : null,
    };
  }
}
