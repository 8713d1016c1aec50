import { access, constants, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { MODELS } from '../../models/catalog/catalog.ts';
import { findModel } from '../../models/ensure-model.ts';
import { profileModels } from '../../models/profile/profile-models.ts';
import { findGpus } from '../../worker/engine/find-gpus.ts';
import { PROVIDERS, type Provider } from '../../worker/engine/session.ts';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { ProfileFile } from '../api/profile-file.ts';
import { cpuProduct } from '../plan/profiles/cpu-product.ts';
import { outputOption } from './output-option.ts';
import { wholeNumber } from './parse-options.ts';

interface ProfileOptions {
  readonly provider?: Provider;
  readonly device: number;
  readonly batches: readonly number[];
  readonly seconds: number;
  readonly product?: string;
  readonly save?: string;
  readonly output: 'text' | 'json';
}

/** `facefleet models profile`: measures memory and speed of models on this machine for the planner. */
export function profileCommand(): Command {
  return new Command('profile')
    .description('measure memory and speed of models on this machine, for `facefleet plan`')
    .argument('[names...]', 'models; without names, all of them')
    .addOption(
      new Option('--provider <name>', 'where they run (cuda where nvidia-smi finds a GPU, else cpu)').choices(
        [...PROVIDERS],
      ),
    )
    .addOption(new Option('--device <index>', 'GPU').argParser(wholeNumber(0, 63)).default(0))
    .addOption(
      new Option('--batches <list>', 'batch sizes')
        .argParser(batchSizes)
        .default([1, 2, 4, 8, 16], '1,2,4,8,16'),
    )
    .addOption(new Option('--seconds <n>', 'of every measurement').argParser(wholeNumber(1, 600)).default(3))
    .option('--product <name>', "name of the product (the GPU's name, or the CPU as vendor-family-model)")
    .option('--save <file>', 'write the profile as JSON, for `facefleet plan --profiles`')
    .addOption(outputOption())
    .action(profile);
}

async function profile(names: string[], options: ProfileOptions): Promise<void> {
  const models = (names.length > 0 ? names.map(findModel) : [...MODELS.values()]).map(({ name }) => name);
  const gpus = await findGpus();
  const gpu = gpus.find(({ index }) => index === options.device);
  const provider = options.provider ?? (gpu === undefined ? 'cpu' : 'cuda');
  const onGpu = provider === 'cuda' || provider === 'tensorrt';
  if (onGpu && gpu === undefined)
    throw new FacefleetError('FF3001', `nvidia-smi finds no GPU ${options.device}`);
  if (provider === 'webgpu' && options.product === undefined) {
    throw new FacefleetError('FF5001', 'name the GPU with --product: webgpu does not tell it');
  }
  const product = options.product ?? (onGpu ? gpu!.product.replaceAll(' ', '-') : await ownCpu());
  const onnxruntime = await runtimeVersion();
  if (options.save !== undefined) await checkPlace(options.save);
  const say = (line: string): void => {
    if (options.output === 'text') process.stdout.write(`${line}\n`);
  };
  say(`${product}, ${provider}, onnxruntime ${onnxruntime}\nMODEL          BATCH  MEMORY MiB  ITEMS/s`);
  const measured: ProfileFile['models'] = [];
  const request = {
    models,
    provider,
    deviceId: options.device,
    batches: options.batches,
    durationMs: options.seconds * 1000,
  };
  for await (const step of profileModels(request)) {
    if ('skipped' in step) {
      process.stderr.write(`${step.model} in batches of ${step.batch}: ${step.skipped}\n`);
      continue;
    }
    const { batch, memoryMiB, itemsPerSecond } = step.measured;
    const rounded = { batch, memoryMiB, itemsPerSecond: Math.round(itemsPerSecond * 100) / 100 };
    const last = measured.at(-1);
    if (last?.model === step.model) last.batches.push(rounded);
    else measured.push({ model: step.model, sha256: step.sha256, batches: [rounded] });
    say(
      `${step.model.padEnd(13)} ${String(batch).padStart(6)} ${String(memoryMiB).padStart(11)} ${itemsPerSecond.toFixed(1).padStart(8)}`,
    );
  }
  const file: ProfileFile = {
    product,
    provider,
    onnxruntime,
    measured: { secondsEach: options.seconds },
    models: measured,
  };
  const json = `${JSON.stringify(file, null, 2)}\n`;
  if (options.save !== undefined) await save(options.save, json);
  if (options.output === 'json') process.stdout.write(json);
}

/** Reads `1,4,16`, in any order. */
function batchSizes(text: string): number[] {
  const sizes = [...new Set(text.split(',').map(wholeNumber(1, 4096)))].sort((a, b) => a - b);
  if (sizes.length > 32) throw new InvalidArgumentError('at most 32 batch sizes.');
  return sizes;
}

/** Loaded late: the library is large, and most commands do not need it. */
async function runtimeVersion(): Promise<string> {
  const { env } = await import('onnxruntime-node');
  return env.versions.node ?? env.versions.common;
}

async function ownCpu(): Promise<string> {
  const product = await readFile('/proc/cpuinfo', 'utf8').then(cpuProduct, () => null);
  if (product === null)
    throw new FacefleetError('FF5001', 'name the CPU with --product: this system does not tell it');
  return product;
}

/** Measuring takes minutes: a file that cannot be written is told before. */
async function checkPlace(path: string): Promise<void> {
  try {
    const there = await stat(path).catch(() => null);
    if (there?.isDirectory()) throw new Error('it is a folder');
    await access(there === null ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw new FacefleetError('FF4001', `${path}: ${errorText(error)}`, { cause: error });
  }
}

async function save(path: string, json: string): Promise<void> {
  try {
    await writeFile(path, json);
  } catch (error) {
    throw new FacefleetError('FF4001', `${path}: ${errorText(error)}`, { cause: error });
  }
}
