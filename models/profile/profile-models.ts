import type { Provider } from '../../worker/engine/session.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { ModelInput } from '../../worker/plugins/plugin.ts';
import { pluginsOf } from '../../worker/plugins/registry.ts';
import { ensureModel, findModel } from '../ensure-model.ts';
import { type MeasuredBatch, measureModel } from './measure-model.ts';

/** What to measure. */
export interface ProfileRequest {
  /** Catalogue names. */
  readonly models: readonly string[];
  readonly provider: Provider;
  readonly deviceId: number;
  /** Rising; models that take one item only are measured with 1. */
  readonly batches: readonly number[];
  readonly durationMs: number;
}

/** One measurement, or why there is none. */
export type ProfileStep =
  | { readonly model: string; readonly sha256: string; readonly measured: MeasuredBatch }
  | { readonly model: string; readonly batch: number; readonly skipped: string };

/**
 * Measures models, one batch size at a time, each in a fresh process. A batch that does not fit into memory ends its model.
 * @throws FacefleetError FF2001 to FF2005, FF3001, FF3002, FF3005
 */
export async function* profileModels(request: ProfileRequest): AsyncGenerator<ProfileStep> {
  for (const name of request.models) {
    const { path, sha256 } = await ensureModel(name);
    const input = await inputOf(name);
    for (const batch of findModel(name).anyBatch ? request.batches : [1]) {
      try {
        const measured = await measureModel({
          modelPath: path,
          provider: request.provider,
          deviceId: request.deviceId,
          inputName: input.name,
          itemDims: input.dims,
          batch,
          durationMs: request.durationMs,
        });
        yield { model: name, sha256, measured };
      } catch (error) {
        if (!(error instanceof FacefleetError) || error.code !== 'FF3004') throw error;
        yield { model: name, batch, skipped: error.message };
        break;
      }
    }
  }
}

/** The input of a model as the plugin that runs it fills it, with default options. */
async function inputOf(model: string): Promise<ModelInput> {
  for (const detector of (await pluginsOf('detect')).values()) {
    if (detector.model === model) return detector.input(detector.options.parse({}));
  }
  for (const aligner of (await pluginsOf('align')).values())
    if (aligner.model === model) return aligner.input;
  for (const masker of (await pluginsOf('mask')).values()) {
    if (masker.model === model && masker.kind === 'network') return masker.input;
  }
  throw new FacefleetError('FF2001', `${model}: no plugin runs it`);
}
