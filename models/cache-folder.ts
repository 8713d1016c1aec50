import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where models are kept: FACEFLEET_MODELS, else the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.FACEFLEET_MODELS) return env.FACEFLEET_MODELS;
  const caches = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(caches, 'facefleet', 'models');
}

/** Where models are only looked for, such as in a folder of an image: FACEFLEET_MODELS_FROM. Null: nowhere but in the cache. */
export function givenModelsFolder(env: NodeJS.ProcessEnv = process.env): string | null {
  return env.FACEFLEET_MODELS_FROM || null;
}
