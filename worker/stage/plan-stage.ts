import type { Provider } from '../engine/session.ts';
import type { PluginRole } from '../plugins/plugin.ts';

/** One role of a stage: which plugin, with which options, in what batches. */
export interface StageRole {
  /** `detect`, `align`, `mask_0`, `mask_1`, … in flow order. */
  readonly role: string;
  readonly kind: PluginRole;
  readonly plugin: string;
  readonly options: unknown;
  /** Items per run: frames for a detector, faces otherwise. */
  readonly batch: number;
  /** The model's file; null when the plugin needs none. */
  readonly modelPath: string | null;
}

/** How the stage uses this machine. */
export interface StageEngine {
  readonly providers: readonly Provider[];
  /** Host threads; on a CPU each has its own one-thread session of every model. */
  readonly threads: number;
  readonly deviceId?: number;
}
