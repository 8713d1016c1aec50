import { parseProfile } from '../../controller/api/profile-file.ts';
import type { Profile } from '../../controller/plan/profiles/profile.ts';
import cpuIntel6167 from './cpu-intel-6-167.json' with { type: 'json' };

/** The measurements that come with facefleet. */
export function builtInProfiles(): readonly Profile[] {
  return [parseProfile(cpuIntel6167, 'cpu-intel-6-167.json')];
}
