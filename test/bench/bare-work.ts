import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { CROP_PNG, THUMBNAIL } from '../../worker/stage/steps/crop.ts';

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

/** The pixels of a crop and of its thumbnail. */
export interface CropPixels {
  readonly crop: RawImage;
  readonly thumbnail: RawImage;
}

interface RawImage {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

/** Reads crops back to the pixels that the extraction encoded. */
export async function cropPixels(paths: readonly string[]): Promise<CropPixels[]> {
  return await Promise.all(
    paths.map(async (path) => ({
      crop: await sharp(path).raw().toBuffer({ resolveWithObject: true }),
      thumbnail: await sharp(path)
        .resize(THUMBNAIL.sizePx, THUMBNAIL.sizePx)
        .raw()
        .toBuffer({ resolveWithObject: true }),
    })),
  );
}

/** Encodes crops and thumbnails of the same pictures as the extraction does. */
export async function bareEncode(pictures: readonly CropPixels[]): Promise<void> {
  for (const { crop, thumbnail } of pictures) {
    await raw(crop).png(CROP_PNG).toBuffer();
    await raw(thumbnail).jpeg({ quality: THUMBNAIL.quality }).toBuffer();
  }
}

function raw({ data, info }: RawImage): Sharp {
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels as 3 } });
}
