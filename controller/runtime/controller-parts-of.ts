import packageJson from '../../package.json' with { type: 'json' };
import { resolveRequest } from '../api/resolve-request.ts';
import type { Profile } from '../plan/profiles/profile.ts';
import { decide } from '../reconcile/decide.ts';
import { readStoredJob } from '../reconcile/jobs/job-config-map.ts';
import { observePod } from '../reconcile/observe-pod.ts';
import { roundDemands } from '../reconcile/round-demands.ts';
import type { ControllerParts } from './controller-parts.ts';
import type { Planner } from './planning/planner.ts';

/** What facefleet's own controller decides by. @param profiles measured speeds to plan with */
export function controllerParts(profiles: readonly Profile[], planner: Planner): ControllerParts {
  return {
    decide,
    observePod,
    readStoredJob,
    resolveRequest,
    roundDemands,
    planAll: (asked, signal) => planner.planAll(asked, signal),
    profiles,
    onnxruntime: packageJson.dependencies['onnxruntime-node'],
  };
}
