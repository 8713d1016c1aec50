import type { Scenario } from '../scenario.ts';
import { allTogether } from './all-together.ts';
import { natsDown } from './bus-faults.ts';
import { deadlyFrames } from './deadly-frames.ts';
import { duplicates, lateAck } from './deliveries.ts';
import { bothKilled, conductorKilled, decodeKilled, terminated, workerKilled } from './kills.ts';
import { s3Answers503, s3Away, s3Cut, s3Refuses, s3Slow } from './store-faults.ts';

/** Everything that goes wrong on purpose. */
export const SCENARIOS: readonly Scenario[] = [
  workerKilled,
  conductorKilled,
  bothKilled,
  decodeKilled,
  terminated,
  natsDown,
  s3Refuses,
  s3Away,
  s3Slow,
  s3Answers503,
  s3Cut,
  duplicates,
  lateAck,
  deadlyFrames,
  allTogether,
];
