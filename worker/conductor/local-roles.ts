import type { ExtractSpec } from '../../controller/api/extract-spec.ts';
import type { LocalRole } from '../../controller/plan/plan-local.ts';
import { findModel } from '../../models/ensure-model.ts';
import type { PluginRole } from '../plugins/plugin.ts';
import { findPlugin } from '../plugins/registry.ts';

/** A role of an extraction with its plugin's options and the catalogue name of its model. */
export interface SpecRole extends LocalRole {
  readonly options: unknown;
  readonly model: string | null;
}

/** The roles of an extraction in flow order. */
export async function rolesOf(spec: ExtractSpec): Promise<SpecRole[]> {
  const { detector, aligner, maskers } = spec;
  return await Promise.all([
    ...(detector === null ? [] : [specRole('detect', 'detect', detector)]),
    ...(aligner === null ? [] : [specRole('align', 'align', aligner)]),
    ...maskers.map((masker, i) => specRole(`mask_${i}`, 'mask', masker)),
  ]);
}

async function specRole(
  role: string,
  kind: PluginRole,
  choice: { plugin: string; options: unknown },
): Promise<SpecRole> {
  const plugin = await findPlugin(kind, choice.plugin);
  const anyBatch = plugin.model === null || findModel(plugin.model).anyBatch;
  return {
    role,
    kind,
    plugin: plugin.name,
    options: choice.options,
    batch: plugin.batch,
    anyBatch,
    vramMiB: plugin.vramMiB,
    vramPerBatchMiB: plugin.vramPerBatchMiB,
    model: plugin.model,
  };
}
