import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { KubeClient } from './kube-client.ts';
import { hasCode } from './kube-failure.ts';
import { type KubeLease, LEASES } from './kube-resource.ts';

export interface LeadershipOptions {
  /** One of its own: renewing must not wait behind other requests. */
  readonly client: KubeClient;
  readonly namespace: string;
  /** Of the Lease. */
  readonly name: string;
  /** Of this process; never used again. */
  readonly identity: string;
  readonly log: Logger;
  readonly timing?: LeadershipTiming;
}

export interface LeadershipTiming {
  /** A leader that is not heard of for so long has lost it. */
  readonly durationMs: number;
  /** A leader that could not renew for so long stops by itself; less than the duration, so that there are never two. */
  readonly renewWithinMs: number;
  readonly everyMs: number;
}

const TIMING: LeadershipTiming = { durationMs: 15_000, renewWithinMs: 10_000, everyMs: 2000 };

/** The time in which this process leads. */
export interface Term {
  /** Aborts with FF7013 when it is over against the leader's will. */
  readonly lost: AbortSignal;
  /** @throws FacefleetError FF7013 when it is over, even when nobody has noticed yet, as after a process was stopped for a while */
  check(): void;
  /** Lets another one lead at once. */
  release(): Promise<void>;
}

/**
 * Elects one of several processes by a Lease (coordination.k8s.io). Who leads is decided by the server's answer to conditional writes alone; clocks of different
 * machines are never compared: a leader is given up when its Lease has not changed for its duration by the own clock.
 */
export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #timing: LeadershipTiming;
  /** The Lease as last seen, and since when it looks like this. */
  #seen: { readonly version: string; readonly sinceMs: number } | null = null;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
  }

  /** Waits until this process leads. @param onStandby another one does @throws the signal's reason */
  async acquire(signal: AbortSignal, onStandby: () => void = () => {}): Promise<Term> {
    const { log, identity, name, namespace } = this.#options;
    let told = '';
    for (;;) {
      const startMs = performance.now();
      try {
        const holder = await this.#tryAcquire(signal);
        if (holder === null) {
          log.info({ lease: `${namespace}/${name}`, identity }, 'this controller leads');
          return new HeldTerm(this.#options, this.#timing, startMs);
        }
        if (told !== holder)
          log.info({ lease: `${namespace}/${name}`, holder }, 'another controller leads; standing by');
        told = holder;
        onStandby();
      } catch (error) {
        signal.throwIfAborted();
        if (!hasCode(error, 'FF7004', 'FF7011') && told !== errorText(error)) {
          told = errorText(error);
          log.warn(`the lease cannot be had: ${told}`);
        }
      }
      const ms = this.#timing.everyMs * (0.8 + 0.4 * Math.random());
      await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** @returns null when it was got, else who has it */
  async #tryAcquire(signal: AbortSignal): Promise<string | null> {
    const { client, namespace, name, identity } = this.#options;
    const lease = await client.get(LEASES, namespace, name, signal);
    if (lease === null) {
      const spec = leaseSpec(identity, this.#timing, 0);
      await client.create(LEASES, namespace, { metadata: { name, namespace }, spec }, signal);
      return null;
    }
    const { holderIdentity: holder = '', leaseDurationSeconds = 0, leaseTransitions = 0 } = lease.spec ?? {};
    const version = lease.metadata?.resourceVersion ?? '';
    if (this.#seen?.version !== version) this.#seen = { version, sinceMs: performance.now() };
    const idleMs = performance.now() - this.#seen.sinceMs;
    if (holder !== '' && holder !== identity && idleMs < leaseDurationSeconds * 1000) return holder;
    const spec = leaseSpec(identity, this.#timing, leaseTransitions + 1);
    await client.update(LEASES, { ...lease, spec }, { signal });
    return null;
  }
}

class HeldTerm implements Term {
  readonly #options: LeadershipOptions;
  readonly #timing: LeadershipTiming;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  readonly #renewing: Promise<void>;
  /** When the last renewal that succeeded was sent. */
  #renewedAtMs: number;

  constructor(options: LeadershipOptions, timing: LeadershipTiming, renewedAtMs: number) {
    this.#options = options;
    this.#timing = timing;
    this.#renewedAtMs = renewedAtMs;
    this.#renewing = this.#renewOn();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  check(): void {
    this.#lost.signal.throwIfAborted();
    if (this.#released.signal.aborted) throw this.#over('it was released');
    if (performance.now() - this.#renewedAtMs > this.#timing.renewWithinMs) {
      this.#lose(`the lease could not be renewed for ${this.#timing.renewWithinMs / 1000} s`);
      this.#lost.signal.throwIfAborted();
    }
  }

  async release(): Promise<void> {
    if (this.#released.signal.aborted) return;
    this.#released.abort();
    await this.#renewing;
    if (this.#lost.signal.aborted) return;
    const { client, namespace, name, identity, log } = this.#options;
    try {
      const lease = await client.get(
        LEASES,
        namespace,
        name,
        AbortSignal.timeout(this.#timing.renewWithinMs),
      );
      if (lease?.spec?.holderIdentity !== identity) return;
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 };
      await client.update(
        LEASES,
        { ...lease, spec },
        { signal: AbortSignal.timeout(this.#timing.renewWithinMs) },
      );
      log.info('the lease is released');
    } catch (error) {
      log.warn(`the lease could not be released, and ends by itself: ${errorText(error)}`);
    }
  }

  async #renewOn(): Promise<void> {
    const ending = AbortSignal.any([this.#released.signal, this.#lost.signal]);
    let told = '';
    for (;;) {
      await sleep(this.#timing.everyMs, undefined, { signal: ending }).catch(() => {});
      if (ending.aborted) return;
      const leftMs = this.#renewedAtMs + this.#timing.renewWithinMs - performance.now();
      if (leftMs <= 0) {
        this.#lose(
          `the lease could not be renewed for ${this.#timing.renewWithinMs / 1000} s${told && `: ${told}`}`,
        );
        return;
      }
      try {
        await this.#renew(AbortSignal.any([ending, AbortSignal.timeout(Math.ceil(leftMs))]));
        told = '';
      } catch (error) {
        if (ending.aborted) return;
        told = errorText(error);
        this.#options.log.warn(`the lease could not be renewed: ${told}`);
      }
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, identity } = this.#options;
    const sentMs = performance.now();
    const lease = await client.get(LEASES, namespace, name, signal);
    const holder = lease?.spec?.holderIdentity ?? '';
    if (lease === null || lease.spec === undefined || holder !== identity) {
      this.#lose(holder === '' ? 'the lease was removed' : `${holder} has the lease`);
      return;
    }
    const spec = { ...lease.spec, renewTime: microTime() };
    await client.update(LEASES, { ...lease, spec }, { signal });
    this.#renewedAtMs = sentMs;
  }

  #lose(why: string): void {
    if (this.#lost.signal.aborted) return;
    this.#lost.abort(this.#over(why));
  }

  #over(why: string): FacefleetError {
    const { namespace, name } = this.#options;
    return new FacefleetError('FF7013', `${namespace}/${name}: ${why}`);
  }
}

function leaseSpec(
  identity: string,
  { durationMs }: LeadershipTiming,
  transitions: number,
): NonNullable<KubeLease['spec']> {
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    acquireTime: microTime(),
    renewTime: microTime(),
    leaseTransitions: transitions,
  };
}

/** The server wants six digits of a second. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
