import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pino } from 'pino';
import type { CachedModel } from '../../models/cached-model.ts';
import { ensureModel } from '../../models/ensure-model.ts';
import { extract } from '../../worker/conductor/extract.ts';
import { rolesOf } from '../../worker/conductor/local-roles.ts';
import { FAILURE_LIMITS } from '../../worker/conductor/plugin-failures.ts';
import { stageOptions } from '../../worker/conductor/stage-options.ts';
import { findGpus, type LocalGpu } from '../../worker/engine/find-gpus.ts';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { printable } from '../../worker/errors/printable.ts';
import type { Json } from '../../worker/formats/canonical-json.ts';
import { openSource, type SourceSpec } from '../../worker/source/open-source.ts';
import type { StageRole } from '../../worker/stage/plan-stage.ts';
import { planLocal } from '../plan/plan-local.ts';
import { announceFetch } from './announce-fetch.ts';
import { readConfigFile } from './config-file.ts';
import { counted } from './counted.ts';
import { EXIT } from './exit-codes.ts';
import { type ExtractOptions, toExtractSpec } from './extract-options.ts';
import { fetchView } from './fetch-view.ts';
import { checkOutside, type GivenAlignments, openGiven, unmatched } from './given-alignments.ts';
import { progressView } from './progress.ts';
import { progressMode, reportExtraction } from './report-extraction.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { sheetFormat, writeContactSheet } from './write-contact-sheet.ts';

/** `facefleet extract IN OUT`: plans, runs and reports; sets the exit code. */
export async function runExtract(
  input: string,
  outputFolder: string,
  options: ExtractOptions,
): Promise<void> {
  if (input === '' || outputFolder === '')
    throw new FacefleetError('FF5001', 'the input or the output is empty');
  const log = pino({ level: options.logLevel }, pino.destination({ dest: 2, sync: true }));
  const startedMs = Date.now();
  const config = await readConfigFile(options.config);
  const limits = {
    maxPixels: options.maxPixels,
    maxBytes: options.maxBytes,
    timeoutMs: options.decodeTimeout * 1000,
  };
  if (options.contactSheet !== undefined) sheetFormat(options.contactSheet);
  const sourceSpec: SourceSpec = {
    input,
    recursive: options.recursive,
    followLinks: options.followLinks,
    everyN: options.everyN,
    limits,
    excludeDir: resolve(outputFolder),
  };
  const source = await openSource(sourceSpec);
  const stopping = stopOnSignals();
  let given: GivenAlignments | null = null;
  try {
    checkOutside(options.fromAlignments, outputFolder, options.overwrite);
    given = await openGiven(options.fromAlignments, source);
    const spec = await toExtractSpec(input, source.kind, options, config, given?.index.totals ?? null);
    const roles = await rolesOf(spec);
    const gpu = await usableGpu(options.excludeGpus ?? []);
    const gpuIndex = gpu?.index ?? null;
    const plan = planLocal(
      roles,
      {
        cores: availableParallelism(),
        gpuIndex,
        gpu,
        gpusExcluded: gpuIndex === null && (options.excludeGpus ?? []).length > 0,
      },
      options.providers ?? null,
      options.threads ?? null,
    );
    const models = new Map<string, { path: string; sha256: string }>();
    for (const { model } of roles) {
      if (model !== null) models.set(model, await fetchModel(model, stopping.signal));
    }
    const [{ stages }] = plan.passes;
    const stageRoles: StageRole[] = roles.map(({ role, kind, plugin, options: own, model }, i) => ({
      role,
      kind,
      plugin,
      options: own,
      batch: stages[0].roles[i]!.batch,
      modelPath: model === null ? null : models.get(model)!.path,
    }));
    const view = progressView(progressMode(options), startedMs);
    const summary = await extract({
      source,
      sourceSpec,
      outputFolder,
      spec,
      stage: stageOptions(spec, stageRoles, limits.timeoutMs),
      engine: {
        providers: plan.providers,
        threads: stages[0].threads,
        ...(plan.providers[0] === 'cpu' ? {} : { deviceId: gpuIndex ?? 0 }),
      },
      ...(given && { given: given.feed }),
      plan: plan as unknown as Json,
      models: Object.fromEntries([...models].map(([name, { sha256 }]) => [name, sha256])),
      overwrite: options.overwrite,
      keepExisting: options.skipExisting ? 'any' : options.skipExistingFaces ? 'any-with-faces' : 'same-spec',
      failureLimits: {
        ...FAILURE_LIMITS,
        inARow: options.maxFailedInARow,
        share: options.maxFailedShare / 100,
      },
      signal: stopping.signal,
      log,
      onProgress: (state) => view.update(state),
      onFailure: ({ key, code, message }) => {
        if (options.output === 'json')
          process.stdout.write(`${JSON.stringify({ event: 'failure', key, code, message })}\n`);
        else view.say(`${printable(key)}: ${message}`);
      },
    }).finally(() => view.close());
    const met = given ? { given: given.feed.counts() } : {};
    reportExtraction({ ...summary, ...met }, outputFolder, options, (Date.now() - startedMs) / 1000);
    if (options.contactSheet !== undefined && !summary.interrupted) {
      const shown = await writeContactSheet(outputFolder, options.contactSheet, summary.faces);
      process.stderr.write(`${counted(shown, 'face')} on ${options.contactSheet}\n`);
    }
    if (given && options.output === 'text') {
      for (const line of unmatched(given.feed.counts(), summary.carried)) process.stderr.write(`${line}\n`);
    }
  } catch (error) {
    if (stopping.signal.aborted && error === stopping.signal.reason) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    if (options.output === 'json') {
      const code = error instanceof FacefleetError ? error.code : null;
      process.stdout.write(`${JSON.stringify({ event: 'failed', code, message: errorText(error) })}\n`);
    }
    throw error;
  } finally {
    stopping.release();
    await given?.close();
    await source.close();
  }
}

/** Makes sure of a model, with a bar or lines on stderr while it is fetched. */
async function fetchModel(name: string, signal: AbortSignal): Promise<CachedModel> {
  const view = fetchView(process.stderr);
  try {
    return await ensureModel(name, { signal, onFetch: announceFetch, onProgress: view.update });
  } finally {
    view.close();
  }
}

/** The first GPU that may be used; null when there is none. */
async function usableGpu(excluded: readonly number[]): Promise<LocalGpu | null> {
  const gpus = await findGpus();
  return gpus.find(({ index }) => !excluded.includes(index)) ?? null;
}
