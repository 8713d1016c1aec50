import { FacefleetError } from '../errors/facefleet-error.ts';

/**
 * When an extraction is given up because its plugins fail: many frames in a row, or most of them, point to the machine or the model
 * rather than to the frames.
 */
export interface FailureLimits {
  /** Frames in a row, in the order they end; 0 = no limit. */
  readonly inARow: number;
  /** Share of this run's frames that went through the plugins, 0..1; 1 = no limit. */
  readonly share: number;
  /** How many frames must have gone through the plugins before the share counts. */
  readonly shareAfter: number;
}

export const FAILURE_LIMITS: FailureLimits = { inARow: 50, share: 0.5, shareAfter: 200 };

/** Counts the frames on which a plugin failed (FF3003). Frames that could not be read or decoded are not the plugins' and count nowhere. */
export class PluginFailures {
  readonly #limits: FailureLimits;
  #frames = 0;
  #failed = 0;
  #inARow = 0;

  constructor(limits: FailureLimits) {
    this.#limits = limits;
  }

  /**
   * Notes how a frame ended.
   * @param error null when it got a record
   * @throws FacefleetError FF3006 when a limit is reached
   */
  note(error: FacefleetError | null): void {
    if (error !== null && error.code !== 'FF3003') return;
    this.#frames += 1;
    if (error === null) {
      this.#inARow = 0;
      return;
    }
    this.#failed += 1;
    this.#inARow += 1;
    const { inARow, share, shareAfter } = this.#limits;
    if (inARow > 0 && this.#inARow >= inARow) this.#giveUp(`${this.#inARow} in a row`, error);
    if (this.#frames >= shareAfter && this.#failed > share * this.#frames)
      this.#giveUp(`${this.#failed} of ${this.#frames}`, error);
  }

  #giveUp(count: string, last: FacefleetError): never {
    throw new FacefleetError('FF3006', `${count}, the last: ${last.message}`, { cause: last });
  }
}
