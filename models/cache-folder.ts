import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where models are kept: FACEFLEET_MODELS, else the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.FACEFLEET_MODELS) return env.FACEFLEET_MODELS;
  const caches = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(caches, 'facefleet', 'models');
}
