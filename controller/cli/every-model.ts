import { MODELS } from '../../models/catalog/catalog.ts';
import type { CatalogModel } from '../../models/catalog/catalog-model.ts';
import { findModel } from '../../models/ensure-model.ts';
import type { Code } from '../../worker/errors/codes.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { type FetchView, fetchView } from './fetch-view.ts';

/** What one model cannot be fetched for while others can. */
const OF_ONE_MODEL: readonly Code[] = ['FF2002', 'FF2006'];

/**
 * Does something with the named models, or with all of them. One that cannot be fetched does not keep the others from it; the first failure is thrown
 * at the end.
 * @param work with a view of the download, which is closed behind it
 * @throws FacefleetError FF2001 before anything is done, and what `work` throws
 */
export async function everyModel(
  names: readonly string[],
  work: (model: CatalogModel, view: FetchView) => Promise<string>,
): Promise<void> {
  const wanted = names.length > 0 ? names.map(findModel) : [...MODELS.values()];
  const failures: FacefleetError[] = [];
  for (const model of wanted) {
    const view = fetchView(process.stderr);
    try {
      const line = await work(model, view);
      view.close();
      process.stderr.write(`${model.name}: ${line}\n`);
    } catch (error) {
      view.close();
      if (!(error instanceof FacefleetError) || !OF_ONE_MODEL.includes(error.code)) throw error;
      if (failures.length > 0) process.stderr.write(`${model.name}: ${error.message}\n`);
      failures.push(error);
    }
  }
  if (failures[0] !== undefined) throw failures[0];
}
