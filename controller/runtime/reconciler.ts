import type { Logger } from 'pino';
import { errorText } from '../../worker/errors/facefleet-error.ts';
import { canonicalJson, plainData } from '../../worker/formats/canonical-json.ts';
import type { ExtractionResource, ExtractionStatus } from '../api/extraction-resource.ts';
import type { Actor } from '../k8s/actor.ts';
import type { EventRecorder } from '../k8s/event-recorder.ts';
import { hasCode } from '../k8s/kube-failure.ts';
import { keyOf } from '../k8s/object-cache.ts';
import { decideUnread, type UnreadExtraction } from '../reconcile/decide-unread.ts';
import type { Action, Decision } from '../reconcile/decision.ts';
import type { ControllerSettings } from '../reconcile/settings.ts';
import type { Caches } from './caches.ts';
import type { ControllerParts } from './controller-parts.ts';
import type { Observer } from './observer.ts';
import type { Requests } from './requests.ts';

/** How one look at an extraction ended. */
export type ReconcileResult = 'ok' | 'conflict' | 'failed';

export interface ReconcilerOptions {
  readonly caches: Caches;
  readonly requests: Requests;
  readonly observer: Observer;
  readonly actor: Actor;
  readonly recorder: EventRecorder;
  readonly parts: ControllerParts;
  readonly settings: ControllerSettings;
  readonly log: Logger;
  readonly onResult: (result: ReconcileResult, seconds: number) => void;
  /** It was done, and not only tried. */
  readonly onAction: (action: Action) => void;
}

/** Looks at an extraction, decides, and does what was decided: the status first, in one write, then the actions. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** By key of the extraction: what was refused to it last. */
  readonly #refusals = new Map<string, string>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /**
   * @param key of the extraction
   * @returns after how long to look again; null: when something changes
   * @throws when it could not be done; it is tried again
   */
  async reconcile(key: string): Promise<number | null> {
    const { caches, onResult } = this.#options;
    const extraction = caches.extractions.cache.objects.get(key);
    const unread = extraction === undefined ? caches.unread.get(key) : null;
    if (extraction === undefined && unread === null) return null;
    const startMs = performance.now();
    const seconds = (): number => (performance.now() - startMs) / 1000;
    try {
      const againMs =
        extraction === undefined ? await this.#tell(unread!) : await this.#reconcile(extraction);
      onResult('ok', seconds());
      return againMs;
    } catch (error) {
      // the next look has what the watch says meanwhile
      onResult(hasCode(error, 'FF7004', 'FF7005') ? 'conflict' : 'failed', seconds());
      throw error;
    }
  }

  async #reconcile(before: ExtractionResource): Promise<number | null> {
    const { caches, requests, observer, parts, settings } = this.#options;
    const request = await requests.of(before);
    // the time for that may have brought another version
    const extraction = caches.extractions.cache.objects.get(keyOf(before));
    if (extraction === undefined) return null;
    if (extraction.metadata.generation !== before.metadata.generation) return 0;
    const key = keyOf(extraction);
    const refusal = this.#refusals.get(key) ?? null;
    const decision = parts.decide(observer.observe(extraction, request, refusal), Date.now(), settings);
    await this.#carryOut(extraction, decision);
    this.#refusals.delete(key);
    // what was refused no longer is, which the status does not say yet
    return refusal === null ? decision.requeueAfterMs : 0;
  }

  /** Of one that cannot be read. */
  async #tell(unread: UnreadExtraction): Promise<null> {
    try {
      await this.#carryOut(unread.object, decideUnread(unread, Date.now()));
    } catch (error) {
      if (!hasCode(error, 'FF7005')) throw error;
      this.#options.caches.unread.forget(keyOf(unread.object));
    }
    return null;
  }

  async #carryOut(extraction: ExtractionResource, decision: Decision): Promise<void> {
    const { actor, recorder, log, onAction } = this.#options;
    const written = sameStatus(extraction.status, decision.status)
      ? extraction
      : await actor.writeStatus(extraction, decision.status);
    const fields = { extraction: keyOf(extraction) };
    for (const note of decision.events) {
      log.info({ ...fields, reason: note.reason }, note.message);
      recorder.note(extraction, note);
    }
    for (const action of decision.actions)
      log.debug({ ...fields, action: action.do, name: targetOf(action) }, 'act');
    const left = new Set(decision.actions);
    try {
      await actor.carryOut(written, decision.actions, (action) => {
        left.delete(action);
        onAction(action);
      });
    } catch (error) {
      const message = errorText(error);
      if (hasCode(error, 'FF7003', 'FF7007', 'FF7011'))
        recorder.note(extraction, { type: 'Warning', reason: 'ActionFailed', message });
      const [failed] = left;
      if (isRefusal(error) && (failed?.do === 'createPod' || failed?.do === 'createJob'))
        this.#refusals.set(keyOf(extraction), message);
      throw error;
    }
  }
}

/** It is about what was asked for, and not about the server. A webhook that does not answer is told as a failure of the server. */
function isRefusal(error: unknown): boolean {
  if (hasCode(error, 'FF7003', 'FF7007', 'FF7011')) return true;
  return hasCode(error, 'FF7009') && errorText(error).includes('webhook');
}

function sameStatus(a: ExtractionStatus | undefined, b: ExtractionStatus): boolean {
  return canonicalJson(plainData(a ?? {})) === canonicalJson(plainData(b));
}

function targetOf(action: Action): string | undefined {
  switch (action.do) {
    case 'createPod':
      return action.pod.metadata?.name;
    case 'createJob':
      return action.configMap.metadata?.name;
    case 'deletePod':
    case 'releasePod':
    case 'deleteJob':
      return action.name;
    default:
      return undefined;
  }
}
