/**
 * What faceswap of August 2020 multiplies the sum of the plugins' VRAM with, by the number of plugins that need any: models in one
 * process do not add up. More than five are unknown to it.
 */
export const SEED_SCALING: readonly number[] = [1.0, 1.0, 0.7, 0.55, 0.5, 0.4];

/** VRAM that faceswap keeps free, MiB. */
export const SEED_BUFFER_MIB = 256;
