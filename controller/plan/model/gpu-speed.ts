import type { Gpu } from '../problem.ts';

/**
 * Dense FP32 throughput of the data sheets relative to the Tesla T4 (8.1 TFLOPS), first match wins. It stands in for measurements:
 * every rate that rests on it is called a guess.
 */
const SPEEDS: readonly (readonly [product: RegExp, speed: number])[] = [
  [/\bK80\b/, 0.5],
  [/\bM60\b/, 0.6],
  [/\bP4\b/, 0.7],
  [/\bP40\b/, 1.5],
  [/\bP100\b/, 1.2],
  [/\bV100S?\b/, 1.9],
  [/\bT4G?\b/, 1],
  [/\bA2\b/, 0.55],
  [/\bA10G?\b/, 3.9],
  [/\bA16\b/, 0.55],
  [/\bA30\b/, 1.3],
  [/\bA40\b/, 4.6],
  [/\bA100\b/, 2.4],
  [/\bA800\b/, 2.4],
  [/\bL4\b/, 3.7],
  [/\bL40S?\b/, 11.2],
  [/\bH(100|800)-?(PCIe|NVL)\b/i, 6.3],
  [/\bG?H(100|200|800|20)\b/, 8.3],
  [/\bG?B[1-3]00\b/, 9.9],
  [/\bRTX-?A6000\b/, 4.8],
  [/\bRTX-?A5000\b/, 3.4],
  [/\bRTX-?A4000\b/, 2.4],
  [/\bRTX-?6000-?Ada\b/i, 11.2],
  [/\bRTX-?4090\b/, 10.2],
  [/\bRTX-?3090\b/, 4.4],
  [/\bRTX-?3080\b/, 3.7],
  [/\bMI100\b/, 2.9],
  [/\bMI210\b/, 2.8],
  [/\bMI250X?\b/, 5.6],
  [/\bMI3\d\d[AX]?\b/, 20],
];

/** MIG slices of the compute of one GPU. */
const MIG_SLICES = 7;

/**
 * Speed of one device relative to the reference GPU, the Tesla T4: its own when it is known, else by product (unknown products count
 * as 1). MPS shares it evenly, MIG by compute slices; time-slicing leaves it whole, for a worker is alone on its GPU.
 */
export function gpuSpeed({ product, sharing, speed }: Pick<Gpu, 'product' | 'sharing' | 'speed'>): number {
  return speed ?? productSpeed(product) * sharedPart(sharing);
}

/** Speed of a whole GPU of that product; `-`, `_` and spaces separate words. */
export function productSpeed(product: string): number {
  const words = product.replaceAll('_', '-').replaceAll(' ', '-');
  return SPEEDS.find(([pattern]) => pattern.test(words))?.[1] ?? 1;
}

function sharedPart(sharing: Gpu['sharing']): number {
  switch (sharing.kind) {
    case 'mps':
      return 1 / sharing.replicas;
    case 'mig':
      return Math.min(1, Number(/^(\d+)(?:c\.\d+)?g\./.exec(sharing.profile)?.[1] ?? 1) / MIG_SLICES);
    case 'none':
    case 'timeSlicing':
      return 1;
  }
}
