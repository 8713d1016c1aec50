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

/** Where a store of models is: `s3://bucket/prefix` or a folder. */
export interface ModelStorePlace {
  readonly address: string;
  /** Server of the bucket, where it is another one than the environment tells of. */
  readonly endpoint?: string | undefined;
}

/** Where models are taken from instead of their packages: FACEFLEET_MODELS_STORE, at FACEFLEET_MODELS_ENDPOINT. Null: there is no such store. */
export function givenModelStore(env: NodeJS.ProcessEnv = process.env): ModelStorePlace | null {
  const address = env.FACEFLEET_MODELS_STORE;
  return address ? { address, endpoint: env.FACEFLEET_MODELS_ENDPOINT || undefined } : null;
}
