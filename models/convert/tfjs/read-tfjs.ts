import { z } from 'zod';

const manifest = z.array(
  z.object({
    paths: z.array(z.string()),
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().int().nonnegative()),
        dtype: z.enum(['float32', 'int32']),
        quantization: z
          .object({ dtype: z.enum(['uint8', 'uint16']), scale: z.number(), min: z.number() })
          .optional(),
      }),
    ),
  }),
);

const attribute = z.object({
  s: z.string().optional(),
  b: z.boolean().optional(),
  i: z.union([z.string(), z.number()]).optional(),
  list: z
    .object({ s: z.array(z.string()).optional(), i: z.array(z.union([z.string(), z.number()])).optional() })
    .optional(),
});

const node = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attribute).default({}),
});

const modelFile = z.object({
  modelTopology: z.object({ node: z.array(node) }),
  weightsManifest: manifest,
});

export type TfjsNode = z.infer<typeof node>;
export type TfjsManifest = z.infer<typeof manifest>;

/** A weight as stored: int32 for shapes and axes, float32 otherwise. */
export interface TfjsWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Parses model.json of a tfjs graph model. */
export function readTfjsModel(json: Uint8Array): { nodes: TfjsNode[]; manifest: TfjsManifest } {
  const parsed = modelFile.parse(JSON.parse(new TextDecoder().decode(json)));
  return { nodes: parsed.modelTopology.node, manifest: parsed.weightsManifest };
}

/** Parses a bare weights manifest, as face-api ships it. */
export function readTfjsManifest(json: Uint8Array): TfjsManifest {
  return manifest.parse(JSON.parse(new TextDecoder().decode(json)));
}

/**
 * The weights of a manifest, dequantised.
 * @param files the manifest's paths and their bytes
 */
export function readTfjsWeights(
  groups: TfjsManifest,
  files: ReadonlyMap<string, Uint8Array>,
): Map<string, TfjsWeight> {
  const weights = new Map<string, TfjsWeight>();
  for (const group of groups) {
    const bytes = Buffer.concat(group.paths.map((path) => fileOf(files, path)));
    let at = 0;
    for (const { name, shape, dtype, quantization } of group.weights) {
      const count = shape.reduce((product, dim) => product * dim, 1);
      const size = { uint8: 1, uint16: 2, none: 4 }[quantization?.dtype ?? 'none'];
      if (at + count * size > bytes.length) throw new RangeError(`the weights end before ${name}`);
      const raw = Uint8Array.from(bytes.subarray(at, at + count * size)).buffer;
      at += count * size;
      weights.set(name, { shape, data: decode(raw, dtype, quantization) });
    }
  }
  return weights;
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, path: string): Uint8Array {
  const bytes = files.get(path);
  if (bytes === undefined) throw new RangeError(`the weights file ${path} is missing`);
  return bytes;
}

function decode(
  raw: ArrayBuffer,
  dtype: 'float32' | 'int32',
  quantization: { dtype: 'uint8' | 'uint16'; scale: number; min: number } | undefined,
): Float32Array | Int32Array {
  if (quantization === undefined) return dtype === 'int32' ? new Int32Array(raw) : new Float32Array(raw);
  const codes = quantization.dtype === 'uint8' ? new Uint8Array(raw) : new Uint16Array(raw);
  const { scale, min } = quantization;
  // tfjs multiplies and adds in float32
  const value = (code: number): number => Math.fround(Math.fround(code * scale) + min);
  return dtype === 'int32'
    ? Int32Array.from(codes, (code) => Math.round(value(code)))
    : Float32Array.from(codes, value);
}
