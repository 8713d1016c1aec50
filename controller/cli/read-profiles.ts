import { builtInProfiles } from '../../models/profiles/built-in.ts';
import { parseProfile } from '../api/profile-file.ts';
import type { Profile } from '../plan/profiles/profile.ts';
import { readJson } from './read-structured.ts';

/** The built-in profiles and those of files. @throws FacefleetError FF5002 */
export async function readProfiles(paths: readonly string[]): Promise<Profile[]> {
  const profiles = [...builtInProfiles()];
  for (const path of paths) profiles.push(parseProfile(await readJson(path), path));
  return profiles;
}
