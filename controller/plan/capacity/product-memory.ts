/**
 * Memory that vendors print on the box, GiB, of GPU models whose names do not say it. Where a model was sold in several sizes, the
 * smallest.
 */
const NOMINAL_GIB: Readonly<Record<string, number>> = {
  K80: 12,
  M4: 4,
  M40: 12,
  M60: 8,
  P4: 8,
  P40: 24,
  P100: 12,
  V100: 16,
  T4: 16,
  T4G: 16,
  A2: 16,
  A10: 24,
  A10G: 24,
  A16: 16,
  A30: 24,
  A40: 48,
  A100: 40,
  L4: 24,
  L40: 48,
  L40S: 48,
  H100: 80,
  H800: 80,
  H20: 96,
  H200: 141,
  GH200: 96,
  B200: 180,
  GB200: 186,
  A2000: 6,
  A4000: 16,
  A4500: 20,
  A5000: 24,
  A6000: 48,
  'GTX-1070': 8,
  'GTX-1080': 8,
  'GTX-1080-TI': 11,
  'RTX-2070': 8,
  'RTX-2080': 8,
  'RTX-2080-TI': 11,
  'RTX-3060': 8,
  'RTX-3070': 8,
  'RTX-3080': 10,
  'RTX-3090': 24,
  'RTX-4060': 8,
  'RTX-4070': 12,
  'RTX-4080': 16,
  'RTX-4090': 24,
  'RTX-5070': 12,
  'RTX-5080': 16,
  'RTX-5090': 32,
  'RTX-4000': 8,
  'RTX-5000': 16,
  'RTX-6000': 24,
  'RTX-8000': 48,
  'RTX-5000-ADA': 32,
  'RTX-6000-ADA': 48,
  'RTX-PRO-6000': 96,
  MI100: 32,
  MI210: 64,
  MI250: 128,
  MI250X: 128,
  MI300A: 128,
  MI300X: 192,
  MI325X: 256,
  'PRO-W7900': 48,
};

/** ECC, the driver and the display take part of the nominal memory; the largest share seen is 8 %, of a T4 and of a P40. */
const WHOLE_GPU_SHARE = 0.9;
/** A MIG slice of `n` gb has less still: a 1g.12gb of a GH200 has 10.75 GiB. */
const MIG_SLICE_SHARE = 0.85;

/** Superchips whose names tell the memory of their CPU. */
const SIZE_OF_HOST = /GH200|GB[23]00/;

const MODELS = Object.keys(NOMINAL_GIB).sort((a, b) => b.length - a.length);
const MIG_PROFILE = /(?:^|[^A-Z0-9])(?:\d+C\.)?\d+G\.(\d+)GB/;
const SIZE = /(?:^|[^A-Z0-9.])(\d{1,3})GB(?![A-Z0-9])/;

/**
 * Memory of a GPU guessed from its product name, for nodes whose labels do not tell: the size in the name (`…-80GB`, `…-MIG-1g.5gb`), else the
 * table above, less the share that is never free.
 * @param product as in a label: `Tesla-T4-SHARED`, `NVIDIA-A100-SXM4-40GB`, `nvidia-l4`, `AMD_Instinct_MI300X_OAM`
 * @returns MiB, or null when the name tells nothing
 */
export function productMemoryMiB(product: string): number | null {
  const name = product.toUpperCase().replaceAll(/[_ ]/g, '-');
  const slice = MIG_PROFILE.exec(name)?.[1];
  if (slice !== undefined) return Math.floor(Number(slice) * 1024 * MIG_SLICE_SHARE);
  const size = SIZE_OF_HOST.test(name) ? undefined : SIZE.exec(name)?.[1];
  const gib = size === undefined ? nominalGiB(name) : Number(size);
  return gib === null || gib === 0 ? null : Math.floor(gib * 1024 * WHOLE_GPU_SHARE);
}

/** The table as it stands in the documentation: models with the MiB that are assumed. */
export function productMemoryTable(): readonly (readonly [model: string, assumedMiB: number])[] {
  return Object.keys(NOMINAL_GIB).map((model) => [model, productMemoryMiB(model)!]);
}

function nominalGiB(name: string): number | null {
  const model = MODELS.find((known) => `-${name}-`.includes(`-${known}-`));
  return model === undefined ? null : NOMINAL_GIB[model]!;
}
