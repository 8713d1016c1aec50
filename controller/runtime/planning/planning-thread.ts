import { parentPort } from 'node:worker_threads';
import { errorText } from '../../../worker/errors/facefleet-error.ts';
import { planAll } from '../../plan/several/plan-all.ts';
import type { PlanningCall, PlanningReply } from './planning-messages.ts';

// the thread of `Planner`
parentPort!.on('message', ({ id, asked: { demands, nodes } }: PlanningCall) => {
  let reply: PlanningReply;
  try {
    reply = { id, shares: planAll(demands, nodes) };
  } catch (error) {
    reply = { id, failure: errorText(error) };
  }
  parentPort!.postMessage(reply);
});
