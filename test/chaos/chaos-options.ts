import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

/** What `npm run test:chaos -- …` is asked for. */
export interface ChaosOptions {
  /** Runs of each scenario. */
  readonly runs: number;
  /** The runs of one seed do the same at the same moments, as far as processes have moments. */
  readonly seed: string;
  /** Scenarios whose names contain this; null: all. */
  readonly only: string | null;
  /** The only run of each scenario, 0-based, to repeat one that failed; null: all. */
  readonly run: number | null;
  /** Runs at a time. */
  readonly parallel: number;
  /** Frames of the run in which flow control is measured; memory is judged from 5,000 on. */
  readonly flowFrames: number;
}

export const USAGE =
  'npm run test:chaos -- [--runs N] [--seed S] [--only SCENARIO] [--run I] [--parallel P] [--flow-frames F]';

/** @throws Error that says what is wrong with them */
export function chaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '2' },
      seed: { type: 'string', default: randomBytes(4).toString('hex') },
      only: { type: 'string' },
      run: { type: 'string' },
      parallel: { type: 'string', default: '2' },
      'flow-frames': { type: 'string', default: '500' },
    },
  });
  const whole = (name: string, text: string, from: number): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < from) throw new Error(`--${name} ${text}\n${USAGE}`);
    return value;
  };
  return {
    runs: whole('runs', values.runs, 1),
    seed: values.seed,
    only: values.only ?? null,
    run: values.run === undefined ? null : whole('run', values.run, 0),
    parallel: whole('parallel', values.parallel, 1),
    flowFrames: whole('flow-frames', values['flow-frames'], 100),
  };
}
