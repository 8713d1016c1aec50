import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { Random } from '../../chaos/random.ts';
import type { ControllerProcess } from '../controller-process.ts';
import type { Testbed } from '../testbed.ts';

/** What a scenario has at hand while extractions run. */
export interface ChaosRun {
  readonly bed: Testbed;
  /** Runs when the scenario begins and has to run when it ends. */
  readonly controller: ControllerProcess;
  /** Not started. */
  readonly second: ControllerProcess;
  readonly random: Random;
  /** Names of the extractions that run. */
  readonly extractions: readonly string[];
  /** Keeps what was done, for the report. */
  note(text: string): void;
  /** Whether all have ended. */
  over(): boolean;
}

/** Something that goes wrong in a cluster. */
export interface Scenario {
  readonly name: string;
  /** How many extractions run at a time. Default 1. */
  readonly extractions?: number;
  /** Faults that can be seen when all is over, in words. */
  check?(run: ChaosRun): Promise<string[]>;
  /** Does the harm; ends by itself when all extractions have ended. */
  disturb(run: ChaosRun): Promise<void>;
}

/** Sleeps for a random time. @returns how long, or null when all extractions had ended by then */
export async function pause(
  { random, over }: ChaosRun,
  fromMs: number,
  toMs: number,
): Promise<number | null> {
  const waitMs = random.whole(fromMs, toMs);
  for (const endMs = Date.now() + waitMs; Date.now() < endMs; ) {
    if (over()) return null;
    await sleep(Math.min(100, Math.max(1, endMs - Date.now())));
  }
  return over() ? null : waitMs;
}

/** Waits until some worker of the extractions is ready: before that there is little to be harmed. */
export async function atWork({ bed, over, extractions }: ChaosRun): Promise<void> {
  const isOne = (pod: V1Pod): boolean =>
    extractions.includes(pod.metadata!.labels?.['facefleet.dev/extraction'] ?? '');
  while (!over() && !bed.kubelet.pods().some(({ pod, ready }) => ready && isOne(pod))) await sleep(50);
}

/** Asks again while the API server is away. */
export async function persist(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await ask();
      return;
    } catch (error) {
      if (attempt === 40) throw error;
      await sleep(500);
    }
  }
}
