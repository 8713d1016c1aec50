import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { CROP_PNG } from '../../worker/stage/steps/crop.ts';

/** CPU seconds that `work` takes when it runs alone. */
export async function cpuSeconds(work: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Decodes every photo to pixels, one after the other. */
export async function bareDecode(paths: readonly string[]): Promise<void> {
  for (const path of paths)
    await sharp(await readFile(path))
      .raw()
      .toBuffer();
}

/** Runs a model so many times on zeros, with one thread. */
export async function bareSession(modelPath: string, dims: readonly number[], runs: number): Promise<void> {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await ort.InferenceSession.create(modelPath, options);
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(0.5);
  const input = session.inputNames[0]!;
  for (let i = 0; i < runs; i++) await session.run({ [input]: new ort.Tensor('float32', data, dims) });
  await session.release();
}

/** Encodes crops of the same pictures as PNG, as the extraction does. */
export async function bareEncode(crops: readonly string[]): Promise<void> {
  for (const crop of crops) {
    const { data, info } = await sharp(crop).raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels as 3 };
    await sharp(data, { raw }).png(CROP_PNG).toBuffer();
  }
}
